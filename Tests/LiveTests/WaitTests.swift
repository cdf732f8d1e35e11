import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// What passes by itself is waited for, and is not taken for a mistake.
    @Suite struct WaitTests {
        @Test func `a Sentinel in TILT and a save in progress are waited for`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill(keys: 30)
                let sentinel = lab.sentinels[0]
                // The child that saves takes a tenth of a second for each key.
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "100000"], to: lab.source)
                try await lab.send(["BGSAVE"], to: lab.source)
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "0"], to: lab.source)
                try await lab.send(["SENTINEL", "DEBUG", "tilt-period", "500"], to: sentinel)
                try await lab.send(["SENTINEL", "DEBUG", "tilt-trigger", "1"], to: sentinel)
                // A Sentinel looks at its clock about ten times a second: until then it is not in TILT.
                try await eventually("the Sentinel is in TILT") {
                    try await lab.send(["INFO", "sentinel"], to: sentinel).string?.contains("sentinel_tilt:1") == true
                }
                let outcome = try await PlanrunProcess.run(["apply", migration.plan]) { process in
                    for wait in ["a Sentinel that is not in TILT", "no other fork during the full sync"] {
                        try await process.line("the wait for \(wait)") { $0.contains("waiting for \(wait)") }
                    }
                    try await lab.send(["SENTINEL", "DEBUG", "tilt-trigger", "2000"], to: sentinel)
                    return try await process.wait()
                }
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(outcome.errors == [])
            }
        }

        @Test func `a target that loads its data and an AOF that is rewritten are waited for`() async throws {
            var description = LabDescription.quick
            // A server that loads answers each time that it has read so many bytes.
            description.target.extraLines = ["enable-debug-command yes", "loading-process-events-interval-bytes 1024"]
            try await withLab(description) { lab in
                let steps = ["preflight: {}", "replicaof: { replace-data: true }"]
                let migration = try Migration(lab, steps: steps + Migration.steps(approval: true).dropFirst(2))
                try await migration.fill(keys: 30)
                for number in 0..<50 {
                    // A value that is compressed would be read at once.
                    let value = String((0..<2_048).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" })
                    try await lab.send(Command(["SET", "old:\(number)", value]), to: lab.target)
                }
                // Both take a tenth of a second for each key.
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "100000"], to: lab.source)
                try await lab.send(["BGREWRITEAOF"], to: lab.source)
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "0"], to: lab.source)
                try await lab.send(["CONFIG", "SET", "key-load-delay", "100000"], to: lab.target)
                async let loaded = lab.send(["DEBUG", "RELOAD"], to: lab.target)
                try await eventually("the target loads") {
                    try await lab.send(["INFO", "persistence"], to: lab.target).string?.contains("loading:1") == true
                }
                let outcome = try await PlanrunProcess.run(["apply", migration.plan]) { process in
                    for wait in ["is rewriting its AOF now", "\(lab.target.address) is loading its data"] {
                        try await process.line("the wait for what \(wait)") {
                            $0.contains("waiting for") && $0.contains(wait)
                        }
                    }
                    return try await process.wait()
                }
                _ = try await loaded
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(outcome.errors == [])
            }
        }

        /// The Sentinel cannot promote the other replica, and gives that up.
        @Test func `a failover under way, and a Sentinel that has only just begun to look, are waited for`()
            async throws
        {
            var description = LabDescription.quick
            description.sentinels?.count = 2
            description.sentinels?.failoverTimeout = .seconds(4)
            description.replicaCount = 1
            try await withLab(description) { lab in
                try await lab.waitUntilReplicaIsKnown()
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill(keys: 30)
                // The first Sentinel does not hear of the second one any more.
                try await lab.send(["SENTINEL", "DEBUG", "PUBLISH-PERIOD", "600000"], to: lab.sentinels[1])
                try await lab.send(["SENTINEL", "RESET", "primary"], to: lab.sentinels[0])
                try await lab.waitUntilReplicaIsKnown()
                try await lab.send(["ACL", "SETUSER", "default", "-slaveof"], to: lab.replicas[0])
                try await eventually("the Sentinel begins a failover") {
                    (try? await lab.send(["SENTINEL", "FAILOVER", "primary"], to: lab.sentinels[0])) != nil
                }
                let outcome = try await PlanrunProcess.run(["apply", migration.plan]) { process in
                    for wait in ["no failover, and a primary that is up", "Sentinels that know each other"] {
                        try await process.line("the wait for \(wait)") { $0.contains("waiting for \(wait)") }
                    }
                    try await lab.send(["SENTINEL", "DEBUG", "PUBLISH-PERIOD", "200"], to: lab.sentinels[1])
                    return try await process.wait()
                }
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(outcome.errors == [])
                #expect(try await World.read(lab).named.allSatisfy { $0 == lab.address(of: lab.source) })
            }
        }

        @Test func `Sentinels that are restarted one after the other are ready when planrun asks them`() async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withLab(description) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill(keys: 30)
                for sentinel in lab.sentinels {
                    await sentinel.kill()
                    try await sentinel.start()
                    let check = try await migration.planrun("check")
                    #expect(check.exitCode == 0, "\(check.standardOutput + check.standardError)")
                }
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(outcome.errors == [])
            }
        }

        /// A window that is made narrower, or wider, shows the wait in as many columns as it has by then.
        @Test func `a wait is drawn anew for a terminal of another width`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(wait: "stable-for: 10m"))
                try await migration.fill(keys: 30)
                try await PlanrunTerminal.run(["apply", migration.plan]) { terminal in
                    try await terminal.see("wait-for-sync: ")
                    for columns in [60, 120] {
                        try await terminal.resize(columns: columns)
                        try await eventually("the wait is drawn in \(columns) columns") {
                            let drawn = await terminal.lastDrawing
                            let widest = drawn.map(\.count).max() ?? 0
                            return widest <= columns - 3 && widest > columns / 2
                                && drawn.contains { $0.contains("wait-for-sync") }
                        }
                    }
                    try await watchStatus(migration)
                    try await terminal.type("\u{3}")
                    #expect(try await terminal.exitCode() == 3)
                }
            }
        }

        /// Who watches the run from elsewhere may resize the window, too.
        private func watchStatus(_ migration: Migration) async throws {
            try await PlanrunTerminal.run(["status", migration.plan, "--watch"]) { terminal in
                try await terminal.see("the servers now:")
                for columns in [60, 120] {
                    try await terminal.resize(columns: columns)
                    try await eventually("the status is drawn in \(columns) columns") {
                        let words = await terminal.lastDrawing.filter { !$0.contains(migration.stateFile) }
                        let widest = words.map(\.count).max() ?? 0
                        return widest <= columns && widest > columns / 2
                    }
                }
                try await terminal.type("\u{3}")
                #expect(try await terminal.exitCode() == 0)
            }
        }
    }
}
