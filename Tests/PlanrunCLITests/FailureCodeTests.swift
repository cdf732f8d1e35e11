import Diagnostics
import Execution
import Foundation
import Operations
import PlanGraph
import PlanModel
import RESP
import Rehearsal
import Testing

@testable import PlanrunCLI

struct FailureCodeTests {
    private static let root = String(#filePath.dropLast("Tests/PlanrunCLITests/FailureCodeTests.swift".count))
    private static let all =
        rows(ExecutorFailure.self) + rows(OperationFailure.self) + rows(SessionError.Code.self)
        + rows(VerbFailure.self) + rows(SavedPlanFailure.self) + rows(StoreFailure.Code.self)
        + rows(SecretError.Code.self)
        + rows(RehearsalError.Code.self)

    private static func rows<Code: DeclaredFailure>(_ type: Code.Type) -> [(word: String, summary: String)] {
        type.allCases.map { (word: $0.rawValue, summary: $0.summary) }
    }

    @Test func `codes are hyphenated words, and none has two meanings`() throws {
        let words = Self.all.map(\.word)
        for word in words { #expect(word.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(word)") }
        let path = Self.root + "plans/sentinel-promotion.yaml"
        let plan = try #require(Plan.load(path: path, checks: PreflightCatalogue.declarations).plan)
        let checks = PreflightCatalogue.declarations.map(\.id) + CompiledPlan(plan).graph.nodes.compactMap(\.id.check)
        #expect(Set(words).count == words.count)
        #expect(Set(words).isDisjoint(with: checks))
    }

    @Test func `the guide names each`() throws {
        let guide = try SourceFile.load(path: Self.root + "Sources/planrun/planrun.docc/Failures.md").text
        let rows = Self.all.map { "| `\($0.word)` | \($0.summary) |" }
        let shown = guide.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(shown == rows, "write the rows anew:\n\(rows.joined(separator: "\n"))")
    }

    @Test func `no code is left over`() throws {
        try expectUse(of: OperationFailure.self, in: "Operations", declaredIn: "OperationFailure.swift")
        try expectUse(of: VerbFailure.self, in: "PlanrunCLI", declaredIn: "VerbFailure.swift")
    }

    private func expectUse<Code: DeclaredFailure>(
        of type: Code.Type, in target: String, declaredIn declaration: String
    ) throws {
        let folder = "\(Self.root)Sources/\(target)"
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        let texts = try files.filter { $0.hasSuffix(".swift") && !$0.hasSuffix(declaration) }.map {
            try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
        }
        for code in type.allCases {
            let use = try Regex("\\.\(code)\\b")
            #expect(texts.contains { $0.contains(use) }, "nobody fails with '\(code.rawValue)'")
        }
    }

    @Test func `a code of a newer planrun is kept as it is written`() throws {
        let json = Data(#"["target-holds-keys","from-the-future"]"#.utf8)
        let codes = try JSONDecoder().decode([FailureCode].self, from: json)
        #expect(codes == [.operation(.targetHoldsKeys), FailureCode(word: "from-the-future")])
        #expect(try JSONEncoder().encode(codes) == json)
    }
}
