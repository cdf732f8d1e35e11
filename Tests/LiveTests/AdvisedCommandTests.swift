import Diagnostics
import FoundationEssentials
import Operations
import Testing

/// What planrun tells a person to type helps where it says so. The live tests prove it; here their claims are counted.
struct AdvisedCommandTests {
    private static let root = String(#filePath.dropLast("/Tests/LiveTests/AdvisedCommandTests.swift".count))

    @Test func `every command that planrun advises is typed by a live test in its situation`() throws {
        var typed: Set<String> = []
        for text in try Self.texts(in: "Tests/LiveTests") {
            for call in text.matches(of: #/follow\(\s*\.(\w+)/#) { typed.insert(String(call.output.1)) }
            for call in text.matches(of: #/amongThem:((?:\s*\.\w+,?)+)/#) {
                for name in call.output.1.matches(of: #/\.(\w+)/#) { typed.insert(String(name.output.1)) }
            }
        }
        let advised = Set(AdvisedCommand.allCases.map { "\($0)" })
        #expect(advised.subtracting(typed).sorted() == [], "no live test types these")
        #expect(typed.subtracting(advised).sorted() == [], "there are no such commands")
    }

    /// Sentences that name a command and do not tell anybody to type it.
    private static let mentions = [
        "SENTINEL RESET was run on the others only", "do not run CONFIG RESETSTAT", "SENTINEL REMOVE would end that",
        "each try costs it a BGSAVE",
    ]

    private static let commands = [
        "CONFIG SET ", "CONFIG RESETSTAT", "CONFIG REWRITE", "SENTINEL SET ", "SENTINEL RESET", "SENTINEL REMOVE",
        "SENTINEL MONITOR", "SENTINEL FAILOVER", "SENTINEL CONFIG ", "REPLICAOF NO ONE", "ACL SETUSER", "ACL DELUSER",
        "ACL SAVE", "CLIENT KILL", "CLIENT UNPAUSE", "FUNCTION DELETE", " FLUSHALL", "FLUSHALL ", " BGSAVE", "BGSAVE ",
    ]

    /// What is sent to a server stands in a list of single words. What a runbook tells a person to type is typed by
    /// `RunbookTests`.
    @Test func `no sentence spells out a command that is not one of them`() throws {
        for text in try Self.texts(in: "Sources/Operations", but: "AdvisedCommand.swift") {
            let found = Self.commands.filter { text.contains($0) }
            guard !found.isEmpty else { continue }
            for line in text.split(separator: "\n") where !line.contains("//") {
                guard let command = found.first(where: { line.contains($0) }),
                    !Self.mentions.contains(where: { line.contains($0) })
                else { continue }
                Issue.record("'\(command)' is no AdvisedCommand in: \(line)")
            }
        }
    }

    private static func texts(in folder: String, but excluded: String = "no file") throws -> [String] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
        return try files.filter { $0.hasSuffix(".swift") && !$0.hasSuffix("/\(excluded)") && !$0.hasPrefix("Runbook/") }
            .map { try SourceFile.load(path: "\(root)/\(folder)/\($0)").text }
    }
}
