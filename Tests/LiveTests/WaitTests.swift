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
                    try await terminal.type("\u{3}")
                    #expect(try await terminal.exitCode() == 3)
                }
            }
        }
    }
}
