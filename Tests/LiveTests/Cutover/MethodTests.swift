import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// The ways to exchange the roles, and which of them planrun chooses.
    @Suite struct MethodTests {
        @Test(arguments: [
            ("announce", 3, "announce", "all 3 Sentinels know each other and are told directly"),
            ("fastest", 2, "announce", "all 2 Sentinels know each other and are told directly"),
            (
                "announce", 1, "sentinel",
                "'announce' is not possible: there is only one Sentinel, and a Sentinel can be told only in the name of another one"
            ),
            (
                "fastest", 1, "sentinel",
                "'announce' is not possible: there is only one Sentinel, and a Sentinel can be told only in the name of another one"
            ),
        ])
        func `every Sentinel is told, where that is possible`(
            via: String, sentinels: Int, method: String, reason: String
        ) async throws {
            try await withLab(.watched(by: sentinels)) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: \(via)"))
                try await migration.fill(keys: 200)
                let plan = try await migration.planrun("plan")
                #expect(plan.standardOutput.contains("     now: via \(method): \(reason)"), "\(plan.standardOutput)")
                let source = lab.address(of: lab.source)
                #expect(plan.standardOutput.joined(separator: " ").contains("makes \(source) its replica"))
                try await migration.underLoad("via \(via), \(sentinels) Sentinels", tellsGap: true) { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated()
                try await lab.expectNoPhantoms()
                let facts = try migration.failoverFacts()
                #expect(facts["method"]?.string == method)
                #expect(facts["methodReason"]?.string == reason)
                #expect(facts["writeGapSeconds"] != nil)
            }
        }

        @Test func `clients that stay on the source are counted and listed`() async throws {
            try await withLab(.watched(by: 1)) { lab in
                let migration = try Migration(lab)
                // This client comes back to the same address whenever it is disconnected.
                let stubborn = lab.session(lab.source)
                _ = try await stubborn.send(["CLIENT", "SETNAME", "stubborn"])
                let pinging = Task { while !Task.isCancelled { _ = try? await stubborn.send(["PING"]) } }
                let outcome = try await migration.planrun("apply", "--auto-approve")
                pinging.cancel()
                await pinging.value
                #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                await stubborn.close()
                let clients = try migration.failoverFacts()["clientsOnSource"]?.array ?? []
                #expect(clients.count == 1)
            }
        }
    }
}

extension Migration {
    /// What the way back has measured, from the record.
    func returnFacts() throws -> [String: StateValue] {
        let node = try #require(try state().nodes.first { $0.id == "failover" })
        return try #require(node.undoResult).facts
    }

    /// The facts that the cutover has measured.
    func failoverFacts() throws -> [String: StateValue] {
        let node = try #require(try state().nodes.first { $0.id == "failover" })
        return try #require(node.result).facts
    }
}
