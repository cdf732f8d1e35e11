import Execution
import FoundationEssentials
import Glibc
import PlanGraph
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// Ctrl-C, SIGTERM and the end of the terminal while a plan is carried out.
    @Suite struct SignalTests {
        @Test func `stopped during the sync, resume goes on with the same sync`() async throws {
            var description = LabDescription.quick
            // In microseconds a key: the full sync takes some seconds.
            description.source.extraLines = ["rdb-key-save-delay 3000"]
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                try await migration.fill()
                try await migration.underLoad("stopped during the sync") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--format", "json"]) {
                        process in
                        try await process.line("that it waits for the sync") {
                            $0.contains("\"step\":\"wait-for-sync\"") && $0.contains("step-progress")
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

        /// When a terminal ends, SIGHUP comes more than once and does not ask planrun to hurry.
        @Test(arguments: [[SIGTERM], [SIGINT, SIGINT], [SIGHUP, SIGHUP, SIGHUP]])
        func `a cutover in its critical section is finished or undone first`(signals: [Int32]) async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("stopped in the critical section, \(signals)") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.at(Moment("", after: true, "source: CLIENT PAUSE")) {
                            .passThen {
                                for (number, signal) in signals.enumerated() {
                                    await process.send(signal)
                                    let answer =
                                        number > 0 && signal != SIGHUP ? "interrupting what is running" : "stopping: "
                                    _ = try? await process.line(answer) { $0.contains(answer) }
                                }
                            }
                        }
                        return try await process.wait()
                    }
                    #expect(outcome.complaint.contains("stopping: "), "the signal came at the wrong moment")
                    #expect(
                        outcome.complaint.contains("interrupting what is running") == (signals == [SIGINT, SIGINT]))
                    #expect(outcome.exitCode == 0 || outcome.exitCode == 3, "\(outcome)")
                    gates.watch(nil)
                    try await lab.expectNothingHalfDone()
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        @Test(arguments: ["via: sentinel", "via: announce", "resting: fenced"])
        func `stopped between the promotion and the Sentinels' switch, the cutover is finished first`(
            failover: String
        ) async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withGatedLab(description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: failover), sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("stopped after the promotion, \(failover)") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.at(Moment("", after: true, "source: CLIENT PAUSE", "target: REPLICAOF NO ONE")) {
                            .passThen {
                                await process.send(SIGTERM)
                                _ = try? await process.line("that it stops") { $0.contains("stopping: ") }
                            }
                        }
                        return try await process.wait()
                    }
                    gates.watch(nil)
                    #expect(outcome.exitCode == 3, "\(outcome)")
                    #expect(outcome.complaint.contains("stopping: "), "the signal came at the wrong moment")
                    let state = try migration.state()
                    #expect(state.status == .stopped)
                    #expect(state["failover"]?.status == .succeeded)
                    try await lab.expectMigrated(sourceFollows: failover != "resting: fenced")
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                    #expect(!resumed.standardOutput.contains { $0.contains(" .. failover") })
                }
            }
        }

        /// The terminal is closed while writes are held. Nobody reads what planrun prints, and the signal comes more
        /// than once.
        @Test func `a run whose terminal is closed stops in order`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("the terminal was closed") { _ in
                    try await PlanrunTerminal.run(["apply", migration.plan, "--auto-approve"]) { terminal in
                        let isClosed = Flag()
                        gates.at(Moment("", after: true, "source: CLIENT PAUSE")) {
                            .passThen {
                                await terminal.close()
                                isClosed.set(true)
                            }
                        }
                        try await eventually("the terminal is closed", within: .seconds(60)) { isClosed.isSet }
                    }
                    try await eventually("the run has ended", within: .seconds(60)) {
                        (try? migration.state().status) == .stopped
                    }
                    gates.watch(nil)
                    try await lab.expectNothingHalfDone()
                    // The planrun without a terminal releases its lease, as any other.
                    try await eventually("the run is given back", within: .seconds(60)) {
                        try await migration.planrun("resume", "--auto-approve").exitCode == 0
                    }
                }
                try await lab.expectMigrated()
            }
        }
    }
}

extension Lab {
    /// Expects that exactly one of source and target is primary, and that it takes writes.
    fileprivate func expectNothingHalfDone() async throws {
        let roles = try await World.read(self).instances.map(\.role)
        #expect(roles == [.primary, .replica] || roles == [.replica, .primary])
        let primary = roles.first == .primary ? source : target
        #expect(try await send(["SET", "taken", "value"], to: primary).string == "OK")
    }
}
