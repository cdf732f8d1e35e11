import FoundationEssentials
import Glibc
import Operations
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Two planruns in two folders, for the same migration.
    @Suite struct TwoRunsTests {
        @Test func `a second run is refused in every step of the first, and the first is not bothered`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let first = try Migration(lab, sentinels: gates.sentinels)
                let second = try Migration(lab, name: "second", sentinels: gates.sentinels)
                let (isThere, mayGo) = (Flag(), Flag())
                gates.at(Moment("", "target: REPLICAOF", "source: CLIENT PAUSE")) {
                    isThere.set(true)
                    try? await eventually("the second has been refused", within: .seconds(60)) { mayGo.isSet }
                    return .pass
                }
                try await PlanrunProcess.run(["apply", first.plan, "--auto-approve"]) { process in
                    try await process.line("that the target follows") { $0.contains(" ok replicaof: ") }
                    try await expectRefusal(of: second)
                    try await eventually("the first is about to hold writes back") { isThere.isSet }
                    try await expectRefusal(of: second)
                    mayGo.set(true)
                    let outcome = try await process.wait()
                    #expect(outcome.exitCode == 0, "\(outcome.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        private func expectRefusal(of second: Migration) async throws {
            let outcome = try await second.planrun("apply", "--auto-approve")
            #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
            #expect(outcome.errors == ["error[another-run]"])
            #expect(outcome.complaint.contains("another planrun carries out a run on these servers, since 20"))
            #expect(outcome.complaint.contains("nothing was changed by this planrun"))
            #expect(!FileManager.default.fileExists(atPath: second.stateFile))
        }

        @Test(arguments: 1...3)
        func `of two that begin at once one goes on`(_ round: Int) async throws {
            try await withLab(.quick) { lab in
                let migrations = try ["one", "two"].map { try Migration(lab, name: $0) }
                let outcomes = try await withThrowingTaskGroup(of: PlanrunProcess.Outcome.self) { group in
                    for migration in migrations {
                        group.addTask { try await migration.planrun("apply", "--auto-approve") }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(Set(outcomes.map(\.exitCode)) == [0, 1], "\(outcomes.map(\.standardError))")
                #expect(outcomes.flatMap(\.errors) == ["error[another-run]"])
                try await lab.expectMigrated()
            }
        }

        /// Does what the refusals of a run advise, until it is refused no more.
        private func endConnections(of run: Migration, _ lab: Lab) async throws {
            var refused = try await run.planrun("apply", "--auto-approve")
            for _ in 1...9 where refused.exitCode != 0 {
                #expect(refused.errors == ["error[another-run]"], "\(refused.complaint)")
                let complaint = refused.complaint
                let server =
                    complaint.contains("it is connected to source ")
                    ? lab.source : complaint.contains("it is connected to target ") ? lab.target : lab.sentinels[0]
                try await lab.follow(.deadConnection, in: refused.standardError, at: server)
                refused = try await run.planrun("apply", "--auto-approve")
            }
            #expect(refused.exitCode == 0, "\(refused.complaint)")
        }

        /// Sentinels and other clients can end connections, and so can the server's own `timeout`.
        @Test func `a run whose connections were ended is seen again`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let first = try Migration(
                    lab, steps: Migration.steps(wait: "stable-for: 1h"), sentinels: gates.sentinels)
                let second = try Migration(lab, name: "second", sentinels: gates.sentinels)
                try await PlanrunProcess.run(["apply", first.plan, "--auto-approve"]) { process in
                    try await process.line("that it waits") { $0.contains("wait-for-sync: waiting") }
                    for server in [lab.source, lab.target] + lab.sentinels {
                        try await lab.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], to: server)
                    }
                    try await eventually("the run is seen again") {
                        try await lab.send(["CLIENT", "LIST"], to: lab.target).string?.contains("name=planrun:running:")
                            == true
                    }
                    try await expectRefusal(of: second)
                    // As if its machine had gone: it does not see that its connections end.
                    await process.send(SIGSTOP)
                    try await endConnections(of: second, lab)
                    await process.send(SIGKILL)
                    _ = try await process.wait()
                }
                try await lab.expectMigrated()
            }
        }
    }
}
