import Execution
import FoundationEssentials
import Glibc
import Operations
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// The old source and its replicas leave for good.
    @Suite struct DecommissionTests {
        @Test func `status reminds of a run after which nobody could be promoted, until the old servers have left`()
            async throws
        {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, afterCutover: nil)
                try await migration.fill(keys: 200)
                let early = try await migration.planrun("apply")
                #expect(early.exitCode == 0, "\(early.standardOutput + early.standardError)")
                let (source, target) = (lab.address(of: lab.source), lab.address(of: lab.target))
                let reminder =
                    "no Sentinel has anybody to fail over to if \(target) dies: \(source) follows it with replica-priority 0"
                let status = try await migration.planrun("status").standardOutput
                #expect(status.contains(reminder), "\(status)")
                #expect(status.contains { $0.contains("planrun decommission ") }, "\(status)")
                try await lab.follow(.idleFollower, in: status, at: lab.source)
                try await eventually("the Sentinel could promote the source") {
                    try await !migration.planrun("status").standardOutput.contains(reminder)
                }
                try await lab.send(["CONFIG", "SET", "replica-priority", "0"], to: lab.source)

                let unasked = try await migration.planrun("decommission")
                #expect(unasked.exitCode == 3, "\(unasked.standardError)")
                #expect(unasked.standardError.contains { $0.contains("error[confirmation-missing]") })
                try await migration.underLoad("decommission") { _ in
                    let gone = try await migration.planrun("decommission", "--auto-approve")
                    #expect(gone.exitCode == 0, "\(gone.standardOutput + gone.standardError)")
                }
                try await lab.expectForgotten([lab.source])
                let refused = try await migration.planrun("rollback")
                #expect(refused.exitCode == 4)
                #expect(refused.standardError.contains { $0.contains("error[decommissioned]: \(source) was taken") })
                let again = try await migration.planrun("decommission")
                #expect(again.exitCode == 0 && again.standardError.contains { $0.hasPrefix("nothing to do: ") })
                let later = try await migration.planrun("status").standardOutput
                #expect(!later.contains { $0.contains("planrun decommission ") }, "\(later)")
                #expect(!later.contains { $0.contains("somebody has changed them since") }, "\(later)")
                try await lab.expectMigrated(sourceFollows: false)
            }
        }

        @Test func `killed between two Sentinels, resume completes it, and no old replica comes back`() async throws {
            var description = LabDescription(sentinels: .init(count: 3, infoPeriod: .milliseconds(200)))
            description.replicaCount = 1
            try await withGatedLab(description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { for: 2s }", "decommission: {}"], afterCutover: nil,
                    sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await lab.waitUntilReplicaIsKnown()
                try await migration.underLoad("decommission, killed") { _ in
                    let killed = try await PlanrunProcess.run(["apply", migration.plan]) { planrun in
                        gates.kill(planrun, at: Moment("between", after: true, "sentinel-1: SENTINEL RESET"))
                        return try await planrun.wait()
                    }
                    #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                    gates.watch(nil)
                    let refused = try await migration.planrun("rollback")
                    #expect(refused.exitCode == 4)
                    #expect(refused.standardError.contains { $0.contains("error[decommissioned]") })
                    let resumed = try await migration.planrun("resume")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectForgotten([lab.source, lab.replicas[0]])
                try await lab.expectNoPhantoms()
                let replica = try await lab.replication(of: lab.replicas[0])
                #expect(replica.upstream?.primary == Endpoint(host: "127.0.0.1", port: 0))
                try await lab.expectMigrated(sourceFollows: false)
            }
        }

        @Test func `a source that is shut down saves its data first`() async throws {
            try await withDragonflyLab(.quick) { lab, _ in
                let migration = try Migration(lab, afterCutover: nil)
                try await migration.fill(keys: 200)
                let done = try await migration.planrun("apply")
                #expect(done.exitCode == 0, "\(done.standardOutput + done.standardError)")
                let file = try await lab.send(["CONFIG", "GET", "dir"], to: lab.source).array?.last?.string ?? ""
                let before =
                    try? FileManager.default.attributesOfItem(atPath: "\(file)/dump.rdb")[.modificationDate] as? Date
                let gone = try await migration.planrun("decommission", "--resting", "shutdown", "--auto-approve")
                #expect(gone.exitCode == 0, "\(gone.standardOutput + gone.standardError)")
                let after =
                    try FileManager.default.attributesOfItem(atPath: "\(file)/dump.rdb")[.modificationDate] as? Date
                #expect(after != nil && after != before)
                try await lab.expectReplaced()
            }
        }
    }
}

extension Lab {
    /// Expects that no Sentinel lists one of these servers, also after each has looked at the primary again.
    fileprivate func expectForgotten(_ servers: [ServerProcess]) async throws {
        let name = description.sentinels?.primary ?? ""
        let old = servers.map { address(of: $0) }
        for sentinel in sentinels {
            for _ in 1...2 {
                var last = Duration.zero
                try await eventually("the Sentinel looks at the primary again", within: .seconds(30)) {
                    let reply = try await self.send(Command(["SENTINEL", "MASTER", name]), to: sentinel)
                    let age = try SentinelPrimary(reply).infoAge ?? .zero
                    defer { last = age }
                    return age < last
                }
            }
            let replicas = try SentinelReplica.list(
                try await send(Command(["SENTINEL", "REPLICAS", name]), to: sentinel))
            #expect(replicas.filter { old.contains($0.address) } == [])
        }
    }
}
