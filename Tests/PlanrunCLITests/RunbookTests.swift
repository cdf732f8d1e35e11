import Operations
import PlanModel
import TestKit
import Testing

@testable import PlanrunCLI

/// What can be said of a runbook without servers; a live test types one.
struct RunbookTests {
    private static let plans = [
        "sentinel-promotion", "three-sentinels", "tls-acl", "plain-replication", "first-sentinels", "watched-move",
    ]

    private func runbook(_ plan: String) async -> String {
        let printed = await Console().run("runbook", "--offline", "\(repository)plans/\(plan).yaml")
        #expect(printed.status == .success && printed.messages == "", "\(printed.messages)")
        return printed.output
    }

    /// The lines of the blocks of one kind.
    private func lines(_ runbook: String, _ kind: String) -> [String] {
        runbook.matches(of: /```(sh[^\n]*)\n([^`]*)\n```/).filter { $0.1 == kind }.flatMap {
            $0.2.split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: plans) func `every line uses a function that the runbook defines`(_ plan: String) async {
        let runbook = await runbook(plan)
        let defined = Set(lines(runbook, "sh functions").compactMap { $0.split(separator: "(").first.map(String.init) })
        #expect(defined.isSuperset(of: ["on_source", "on_target", "caught_up"]))
        let kinds = ["sh type", "sh look", "sh type back", "sh look back"]
        for line in kinds.flatMap({ lines(runbook, $0) }) {
            for word in line.prefix(while: { $0 != "#" }).matches(of: /\b(?:on|caught|shown|candidates|others)_\w+/) {
                #expect(defined.contains(String(word.0)), "\(line)")
            }
        }
    }

    @Test(arguments: plans) func `the source is closed before anybody is promoted, and opened only afterwards`(
        _ plan: String
    ) async throws {
        let typed = lines(await runbook(plan), "sh type")
        func place(_ isIt: (String) -> Bool) throws -> Int {
            let index = typed.firstIndex(where: isIt)
            return try #require(index)
        }
        let close = try place { $0.hasPrefix("on_source CONFIG SET min-replicas-to-write 2147483647") }
        let promote = try place { $0.contains("SENTINEL FAILOVER") || $0.hasPrefix("on_target REPLICAOF NO ONE") }
        let demote = try place { $0.hasPrefix("on_source REPLICAOF") }
        #expect(close < promote && promote < demote)
        let opened = typed.lastIndex { $0.hasPrefix("on_source CONFIG SET min-replicas-to-write <as before>") }
        #expect(opened.map { demote < $0 } ?? true)
    }

    @Test func `no secret stands in an argument`() async {
        let runbook = await runbook("tls-acl")
        #expect(runbook.contains("REDISCLI_AUTH=\"$"))
        for line in lines(runbook, "sh type") + lines(runbook, "sh type back") {
            #expect(line.contains("$") == line.hasPrefix("printf %s \""), "\(line)")
        }
    }
}
