import Foundation
import Testing

/// The dependency lists of `Package.swift` are the architecture, so they must say neither less nor more than the imports.
struct DependencyTests {
    private static let root = String(#filePath.dropLast("Tests/PackageTests/DependencyTests.swift".count))
    /// Modules that come with the compiler and stand in no list.
    private static let toolchain: Set = [
        "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization", "Testing",
    ]

    /// One target of `Package.swift`, with the modules that its list names.
    struct Listing: Sendable, CustomTestStringConvertible {
        let target: String
        let folder: String
        let modules: Set<String>

        var testDescription: String { target }
    }

    private static let listings: [Listing] = {
        let package = (try? String(contentsOfFile: root + "Package.swift", encoding: .utf8)) ?? ""
        let products = package.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "(\w+)"/)
            .reduce(into: [:]) { $0[$1.1] = String($1.2) }
        return package.matches(of: /(library|tests)\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?/).map { match in
            let words = (match.3 ?? "").matches(of: /("?)(\w+)"?/)
            return Listing(
                target: String(match.2), folder: (match.1 == "library" ? "Sources/" : "Tests/") + match.2,
                modules: Set(words.map { $0.1.isEmpty ? products[$0.2] ?? String($0.2) : String($0.2) }))
        }
    }()

    @Test func `every folder of a module is listed`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root + "Sources")
        // The system's library and the program have no list of this kind.
        #expect(Set(folders) == Set(Self.sources.map(\.target)).union(["CLibYAML", "planrun"]))
    }

    @Test func `the article on Operations names each of its folders`() throws {
        let article = try String(
            contentsOfFile: Self.root + "Sources/planrun/planrun.docc/Operations.md", encoding: .utf8)
        let rows = article.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
            $0.split(separator: "|").first
        }
        let named = rows.flatMap { $0.matches(of: /`(\w+)`/).map { String($0.1) } }
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root + "Sources/Operations")
        #expect(named.sorted() == folders.sorted())
    }

    private static let sources = listings.filter { $0.folder.hasPrefix("Sources/") }

    @Test(arguments: listings)
    func `a target lists what it imports, and imports what it lists`(_ listing: Listing) throws {
        let folder = Self.root + listing.folder
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        var imported: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(
                of: /^(?:@testable )?(?:package |internal )?import (\w+)$/.anchorsMatchLineEndings())
            {
                imported.insert(String(match.1))
            }
        }
        // The live tests only start the program, which has to be built before.
        #expect(imported.subtracting(Self.toolchain) == listing.modules.subtracting(["planrun"]))
    }
}
