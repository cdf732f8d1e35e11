import Execution
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Runs that Sentinels outside of the plan would undo.
    @Suite struct ForeignSentinelsTests {
        @Test func `a group that begins to watch the target during the sync stops the run`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(wait: "stable-for: 1h"), onFailure: "automatic")
                try await lab.withOtherSentinels { others in
                    try await migration.underLoad("others begin to watch the target") { _ in
                        async let outcome = migration.planrun("apply", "--auto-approve")
                        try await eventually("the target follows") { try await lab.isSynced(lab.target) }
                        try await lab.monitor(lab.target.address, as: "theirs", by: others)
                        let ended = try await outcome
                        #expect(ended.exitCode == 1, "\(ended.standardOutput + ended.standardError)")
                        #expect(ended.errors == ["error[foreign-sentinels]"], "\(ended.standardError)")
                        #expect(ended.complaint.contains("monitors the target \(lab.target.address) as 'theirs'"))
                    }
                    try await lab.expectUntouched()
                }
            }
        }

        @Test func `a second group of the plan's name that knows the target never meets the first`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                try await lab.withOtherSentinels { others in
                    try await lab.monitor(lab.target.address, as: "primary", by: others)
                    try await lab.monitor(lab.target.address, as: "waiting", by: others)
                    try await migration.underLoad("two groups of one name") { _ in
                        let outcome = try await migration.planrun("apply", "--auto-approve")
                        #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                        #expect(outcome.complaint.contains("as 'primary', and is not in the plan"))
                    }
                    let named = try await lab.ask(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"], others[0])
                    #expect(named.array?.last?.string == String(lab.target.address.port))
                    try await lab.expectUntouched()
                }
            }
        }

        @Test(arguments: [true, false])
        func `via promote is refused where Sentinels watch the source`(asksBefore: Bool) async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let steps = Migration.steps(failover: "via: promote, write-pause: 2s")
                let migration = try Migration(
                    lab, steps: asksBefore ? steps : Array(steps.dropFirst()), onFailure: "automatic")
                try await lab.withOtherSentinels(3) { others in
                    try await lab.monitor(lab.source.address, as: "theirs", by: others)
                    let found = try await eventuallyConnected(others.count, to: lab.source, lab)
                    #expect(found)
                    try await migration.underLoad("via promote under Sentinels") { _ in
                        let outcome = try await migration.planrun("apply", "--auto-approve")
                        #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                        #expect(outcome.errors == ["error[foreign-sentinels]"], "\(outcome.standardError)")
                        #expect(outcome.complaint.contains("monitor the source \(lab.source.address) as 'theirs'"))
                        #expect(outcome.complaint.contains("sentinel: { primary: theirs, addresses: ["))
                    }
                    try await eventually("the target stands alone") {
                        try await lab.replication(of: lab.target).role == .primary
                    }
                    #expect(try await lab.replication(of: lab.source).role == .primary)
                }
            }
        }

        private func eventuallyConnected(_ count: Int, to server: ServerProcess, _ lab: Lab) async throws -> Bool {
            try await eventually("they are connected") {
                let clients = try await lab.send(["CLIENT", "LIST", "TYPE", "pubsub"], to: server).string ?? ""
                return clients.split(separator: "\n").filter { $0.contains("name=sentinel-") }.count == count
            }
            return true
        }
    }
}
