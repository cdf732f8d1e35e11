import Execution
import Operations
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// What the last step finds after the cutover goes away by what it advises.
    @Suite struct VerificationTests {
        /// A migration that is past its cutover, with its last check still to come.
        private func beforeTheLastStep(
            _ lab: Lab, resting: String, _ body: @Sendable (Migration) async throws -> Void
        ) async throws {
            let steps = Migration.steps(failover: "resting: \(resting)").dropLast()
            let migration = try Migration(
                lab, steps: steps + ["approval: { id: look, question: Look at it? }", "verify: { id: cutover }"])
            let applied = try await migration.planrun("apply")
            #expect(applied.exitCode == 3, "\(applied.complaint)")
            try await body(migration)
            let ended = try await migration.planrun("resume", "--approve", "look")
            #expect(ended.exitCode == 0, "\(ended.complaint)")
        }

        private func fails(_ codes: String..., with migration: Migration) async throws -> [String] {
            let outcome = try await migration.planrun("resume", "--approve", "look")
            #expect(outcome.exitCode == 4, "\(outcome.complaint)")
            #expect(Set(outcome.errors) == Set(codes.map { "error[\($0)]" }), "\(outcome.complaint)")
            return outcome.standardError
        }

        @Test func `a source that could be promoted again, and a Sentinel that monitors nothing`() async throws {
            try await withLab(.quick) { lab in
                try await beforeTheLastStep(lab, resting: "follow") { migration in
                    try await lab.send(["CONFIG", "SET", "replica-priority", "100"], to: lab.source)
                    try await lab.send(["SENTINEL", "REMOVE", "primary"], to: lab.sentinels[0])
                    let advice = try await fails("source-retired", "sentinels-switched", with: migration)
                    try await lab.follow(.promotableSource, in: advice, at: lab.source)
                    try await lab.follow(.keptSetting, in: advice, at: lab.source)
                    try await lab.follow(
                        .unmonitoredTarget, in: advice, at: lab.sentinels[0], filling: ["<quorum>": "1"])
                }
                try await lab.expectMigrated()
            }
        }

        @Test func `a source that the Sentinels list again`() async throws {
            try await withLab(.quick) { lab in
                try await beforeTheLastStep(lab, resting: "fenced") { migration in
                    let target = lab.address(of: lab.target)
                    try await lab.send(Command(["REPLICAOF", target.host, String(target.port)]), to: lab.source)
                    try await lab.waitUntilReplicaIsKnown()
                    try await lab.send(["REPLICAOF", "127.0.0.1", "0"], to: lab.source)
                    let listed = try await fails("source-retired", with: migration)
                    try await lab.follow(.listedSource, in: listed, at: lab.sentinels[0])
                }
                try await lab.expectMigrated(sourceFollows: false)
            }
        }
    }
}
