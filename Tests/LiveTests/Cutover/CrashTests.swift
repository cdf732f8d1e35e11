import Execution
import Glibc
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// `planrun` is killed, and `resume` ends as an undisturbed run does.
    @Suite struct CrashTests {
        @Test(arguments: [
            Moment("during the sync", "target: REPLICAOF 127.0.0.1", "target: ROLE"),
            Moment("before the write pause, with the source fenced", "source: CLIENT PAUSE"),
            Moment("while the target catches up", "source: CLIENT PAUSE", "target: INFO replication"),
            Moment("before the failover is asked for", "sentinel-1: SENTINEL FAILOVER"),
            Moment("after the failover was accepted", after: true, "sentinel-1: SENTINEL FAILOVER"),
            Moment("after the roles were swapped", after: true, "source: REPLICAOF 127.0.0.1"),
            Moment("before clients are let go", "source: CLIENT UNPAUSE"),
            Moment(
                "after the source was put to rest, before that is recorded", after: true, "source: CLIENT UNPAUSE",
                "source: CONFIG SET min-replicas-max-lag"),
            Moment("during the last verification", "source: CLIENT UNPAUSE", "target: SET planrun:verify:"),
        ])
        func `resume ends as if nothing had happened`(moment: Moment) async throws {
            try await crash(at: moment) { _ in }
        }

        /// While nobody resumes, the write pause runs out. Then only the fence keeps the source from acknowledging
        /// writes that would be lost.
        @Test(arguments: [
            Moment("after the failover was accepted", after: true, "sentinel-1: SENTINEL FAILOVER"),
            Moment("after the target was promoted", after: true, "target: REPLICAOF NO ONE"),
        ])
        func `nothing is lost where nobody resumes for a while`(moment: Moment) async throws {
            try await crash(at: moment) { load in
                let before = await load.acknowledgedCount
                try await eventually("writes go on without planrun", within: .seconds(60)) {
                    await load.acknowledgedCount > before + 500
                }
            }
        }

        private func crash(
            at moment: Moment, meanwhile: @escaping @Sendable (WriteLoad) async throws -> Void
        ) async throws {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(lab, steps: Self.steps, sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underApplications("killed \(moment.testDescription)") { load in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.kill(process, at: moment)
                        return try await process.wait()
                    }
                    #expect(outcome.signal == SIGKILL, "\(outcome.standardOutput + outcome.standardError)")
                    try await meanwhile(load)
                    try await resume(migration)
                }
                try await lab.expectMigrated()
                #expect(try await lab.fullSyncs() == 1)
            }
        }

        private func resume(_ migration: Migration) async throws {
            let outcome = try await migration.planrun("resume", "--auto-approve")
            #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
            #expect(try migration.state().status == .succeeded)
        }

        /// The plan compares no data, since the writers look for lost writes themselves.
        private static let steps = Migration.steps().filter { !$0.contains("data: count") }

        private static var description: LabDescription {
            var description = LabDescription(sentinels: .init(count: 2, infoPeriod: .milliseconds(200)))
            // In microseconds a key: a full sync takes a third of a second.
            description.source.extraLines = ["rdb-key-save-delay 600"]
            return description
        }
    }
}
