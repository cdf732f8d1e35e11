import Execution
import Glibc
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// A planrun is killed, and another one in another folder goes on without any record of the first.
    @Suite struct KilledRunTests {
        private static let settings = [
            "min-replicas-to-write": "0", "min-replicas-max-lag": "0", "replica-priority": "60",
            "proc-title-template": "{title} {listen-addr} {server-mode}",
        ]

        @Test(arguments: [
            Moment("before the fence", "source: CONFIG SET proc-title-template"),
            Moment("in the middle of the fence", after: true, "source: CONFIG SET min-replicas-to-write"),
            Moment("before the write pause, with the source fenced", "source: CLIENT PAUSE"),
            Moment("before the failover is asked for", "sentinel-1: SENTINEL FAILOVER"),
        ])
        func `the way back of the second ends with the settings before the first`(moment: Moment) async throws {
            try await kill(at: moment) { lab, _, second in
                let applied = try await second.planrun("apply", "--auto-approve")
                #expect(applied.exitCode == 0, "\(applied.standardOutput + applied.standardError)")
                try await rollBack(second, lab)
            }
        }

        @Test(arguments: [
            Moment("after the target was promoted", after: true, "target: REPLICAOF NO ONE"),
            Moment("before the source comes to rest", "source: CLIENT UNPAUSE", "source: CONFIG SET"),
            Moment(
                "before what was noted goes", "source: CLIENT UNPAUSE", "source: CONFIG SET replica-priority",
                "source: CONFIG SET proc-title-template"),
        ])
        func `past the promotion the second is told to resume the first`(moment: Moment) async throws {
            try await kill(at: moment) { lab, first, second in
                let applied = try await second.planrun("apply", "--auto-approve")
                #expect(applied.exitCode == 1, "\(applied.standardOutput + applied.standardError)")
                #expect(applied.complaint.contains("another run has changed settings of"))
                #expect(applied.complaint.contains("resume that run, or roll it back, where its state file is"))
                let resumed = try await first.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                try await rollBack(first, lab)
            }
        }

        private func kill(
            at moment: Moment, _ body: @Sendable (Lab, Migration, Migration) async throws -> Void
        ) async throws {
            try await withGatedLab(.quick) { lab, gates in
                for (name, value) in Self.settings {
                    try await lab.send(Command(["CONFIG", "SET", name, value]), to: lab.source)
                }
                let migrations = try ["first", "second"].map {
                    try Migration(
                        lab, name: $0, steps: Self.steps, afterCutover: "discard-writes", sentinels: gates.sentinels)
                }
                try await migrations[0].fill(keys: 200)
                let killed = try await PlanrunProcess.run(["apply", migrations[0].plan, "--auto-approve"]) { process in
                    gates.kill(process, at: moment)
                    return try await process.wait()
                }
                #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                gates.watch(nil)
                let status = try await migrations[0].planrun("status").standardOutput
                #expect(
                    status.first?.contains(": cut off while it was being carried out; nobody goes on with it now")
                        == true,
                    "\(status)")
                #expect(status.dropFirst().first?.hasSuffix(", has died") == true, "\(status)")
                try await body(lab, migrations[0], migrations[1])
            }
        }

        private func rollBack(_ migration: Migration, _ lab: Lab) async throws {
            let back = try await migration.planrun("rollback", "--discard-writes", "1000000")
            #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
            for (name, value) in Self.settings {
                let now = try await lab.send(Command(["CONFIG", "GET", name]), to: lab.source).array?.last?.string
                #expect(now == value, "\(name)")
            }
        }

        /// The steps leave the preflight out, because what it says of a fenced source is not tested here.
        private static let steps = [
            "replicaof: {}", "wait-for-sync: { stable-for: 100ms }", "failover: { retries: 3 }",
        ]
    }
}
