import Diagnostics
import FoundationEssentials
import Operations
import PlanModel
import Testing

struct CheckCoverageTests {
    @Test func `every check has a live test in which it passes and is missed`() throws {
        let folder = String(#filePath.dropLast("/CheckCoverageTests.swift".count))
        var covered: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix("Tests.swift") {
            let text = try SourceFile.load(path: "\(folder)/\(file)").text
            for claim in text.matches(of: #/@Test\(\s*\.covers\(([^)]*)\)/#) {
                for id in claim.output.1.matches(of: #/"([a-z-]+)"/#) { covered.insert(String(id.output.1)) }
            }
        }
        let checks = Set(PreflightCatalogue.declarations.map(\.id))
        #expect(checks.subtracting(covered).sorted() == [], "no live test says that it covers these")
        #expect(covered.subtracting(checks).sorted() == [], "there are no such checks")
    }
}
