import Execution
import FoundationEssentials
import Glibc
import PlanModel
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// `planrun` is killed at random moments of a cutover to a real Dragonfly, where there is one in `PATH`. After the
    /// resume every application goes on, and no acknowledged write is lost.
    ///
    /// It is killed once in each way of telling the Sentinels; with `PLANRUN_CRASHES=40` forty times in all.
    @Suite(.enabled(if: ServerProgram.dragonfly.path != nil, "there is no 'dragonfly' in PATH"))
    struct DragonflyKillTests {
        /// How the Sentinels are told, and how many there are.
        struct Way: Sendable, CustomTestStringConvertible {
            let method: String
            let sentinels: Int
            let turn: Int

            var testDescription: String { "\(turn): via \(method), \(sentinels) Sentinels" }
        }

        private static let ways: [Way] = {
            let all = [("sentinel", 1), ("sentinel", 3), ("announce", 3)]
            let asked = ProcessInfo.processInfo.environment["PLANRUN_CRASHES"].flatMap { Int($0) }
            return (0..<(asked ?? all.count)).map { turn in
                let (method, sentinels) = all[turn % all.count]
                return Way(method: method, sentinels: sentinels, turn: turn)
            }
        }()

        @Test(arguments: ways) func `every application goes on`(way: Way) async throws {
            var description = LabDescription.watched(by: way.sentinels)
            description.target.engine = .dragonfly
            try await withLab(description) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: \(way.method)"))
                try await migration.fill(keys: 500)
                let crash = Crash(position: way.turn, variant: CutoverVariant(method: way.method, target: .dragonfly))
                try await migration.underApplications("killed, \(way.testDescription)") { _ in
                    try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        try await eventually("the source is fenced", within: .seconds(60)) {
                            let hasEnded = await process.hasEnded
                            return try await lab.isSourceFenced() || hasEnded
                        }
                        try await killSoon(process, crash)
                    }
                    try await lab.expectQuiet()
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated(sourceFollows: false)
            }
        }
    }
}

extension Lab {
    fileprivate func isSourceFenced() async throws -> Bool {
        let rule = try await send(["CONFIG", "GET", "min-replicas-to-write"], to: source)
        return rule.array?.last?.string != "0"
    }

    /// Nobody goes on for a while, and the source does not besiege a target that it cannot follow: several hundred times
    /// a second it would ask for what a Dragonfly does not have.
    fileprivate func expectQuiet() async throws {
        let before = try await connectionsOfTarget()
        try await Task.sleep(for: .seconds(1))
        // The writers and applications, the Sentinels and this question are among them.
        #expect(try await connectionsOfTarget() - before < 100)
    }

    private func connectionsOfTarget() async throws -> Int64 {
        let info = try Info(try await send(["INFO", "stats"], to: target))
        return Int64(info["stats"]["total_connections_received"] ?? "") ?? 0
    }
}
