import Execution
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// A person at a real terminal is asked whether to go on.
    @Suite struct ApprovalTests {
        private static let prompt = "type 'cutover' to go on, or 'no': "

        private func atTheQuestion(
            _ body: @escaping @Sendable (Lab, Migration, PlanrunTerminal) async throws -> Void
        ) async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill(keys: 200)
                try await PlanrunTerminal.run(["apply", migration.plan]) { terminal in
                    try await body(lab, migration, terminal)
                }
            }
        }

        @Test func `what is typed before the question is no answer, a letter neither, and the word is`() async throws {
            try await atTheQuestion { lab, migration, terminal in
                try await terminal.type("cutover\ny\nyes\n")
                try await terminal.see(Self.prompt)
                try await terminal.type("y\n")
                try await terminal.see("that was not 'cutover': nothing was done")
                try await terminal.see(Self.prompt, times: 2)
                #expect(try await lab.replication(of: lab.source).role == .primary)
                try await terminal.type("cutover\n")
                #expect(try await terminal.exitCode() == 0)
                #expect(await terminal.screen.contains("'cutover' at the terminal"))
                try await lab.expectMigrated()
            }
        }

        @Test func `Ctrl-C at the question stops the run, and nothing was promoted`() async throws {
            try await atTheQuestion { lab, migration, terminal in
                try await terminal.see(Self.prompt)
                try await terminal.type("\u{3}")
                #expect(try await terminal.exitCode() == 3)
                #expect(await terminal.screen.contains("planrun resume \(migration.plan)"))
                #expect(try migration.state().status == .stopped)
                try await lab.expectUntouched(targetFollows: true)
            }
        }

        @Test func `a target that dies while the person thinks is told, and a no counts in any world`()
            async throws
        {
            try await atTheQuestion { lab, migration, terminal in
                try await terminal.see(Self.prompt)
                await lab.target.kill()
                try await terminal.see("changed: target \(lab.target.address) ")
                try await terminal.type("no\n")
                #expect(try await terminal.exitCode() == 3)
                #expect(try await lab.replication(of: lab.source).role == .primary)
            }
        }
    }
}
