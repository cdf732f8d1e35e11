import Execution
import FoundationEssentials
import Glibc
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Ctrl-C and SIGTERM while a plan is carried out.
    @Suite struct SignalTests {
        @Test func `stopped during the sync, resume goes on with the same sync`() async throws {
            var description = LabDescription.quick
            // In microseconds: the full sync of these keys takes some seconds.
            description.source.extraLines = ["rdb-key-save-delay 3000"]
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                try await migration.fill()
                try await migration.underLoad("stopped during the sync") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--format", "json"]) {
                        process in
                        try await process.line("that it waits for the sync") {
                            $0.contains("\"node\":\"wait-for-sync\"") && $0.contains("step-progress")
                        }
                        await process.send(SIGINT)
                        return try await process.wait()
                    }
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.complaint.contains("planrun resume \(migration.plan)"))
                    #expect(try await !lab.isSynced(lab.target), "the sync was over before the signal came")
                    #expect(try migration.state().status == .stopped)
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                #expect(try await lab.fullSyncs() == 1)
                try await lab.expectMigrated()
            }
        }

        @Test(arguments: [[SIGTERM], [SIGINT, SIGINT]])
        func `a cutover in its critical section is finished or undone first`(signals: [Int32]) async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("stopped in the critical section, \(signals)") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.at(Moment("", after: true, "source: CLIENT PAUSE")) {
                            .passThen {
                                for (signal, answer) in zip(signals, ["stopping: ", "stopping now"]) {
                                    await process.send(signal)
                                    _ = try? await process.line(answer) { $0.contains(answer) }
                                }
                            }
                        }
                        return try await process.wait()
                    }
                    #expect(outcome.complaint.contains("stopping: "), "the signal came at the wrong moment")
                    #expect(outcome.exitCode == 0 || outcome.exitCode == 3, "\(outcome)")
                    gates.watch(nil)
                    try await lab.expectNothingHalfDone()
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
            }
        }
    }
}

extension Lab {
    /// Exactly one of source and target is primary, and it takes writes.
    fileprivate func expectNothingHalfDone() async throws {
        let roles = try await World.read(self).topology.instances.map(\.role)
        #expect(roles == [.primary, .replica] || roles == [.replica, .primary])
        let primary = roles.first == .primary ? source : target
        #expect(try await send(["SET", "taken", "value"], to: primary).string == "OK")
    }
}
