import Execution
import NIOCore
import PlanGraph
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// A target that does not catch up while writes are held.
    @Suite struct CatchUpTests {
        @Test func `a target that stays behind is not promoted, and writes go on`() async throws {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "write-pause: 500ms, retries: 1"), sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("target that stays behind") { _ in
                    gates.watchTargetStayBehind(lab.address(of: lab.source))
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    gates.watch(nil)
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[did-not-catch-up]"])
                    #expect(outcome.complaint.contains("offset 1 of "))
                    #expect(outcome.complaint.contains("nothing was promoted; the write pause was lifted after"))
                    #expect(outcome.complaint.contains("planrun resume \(migration.plan)"))
                    #expect(outcome.complaint.contains("planrun rollback \(migration.plan)"))
                }
                let failover = try #require(try migration.state()["failover"])
                #expect(failover.status == .failed)
                #expect(failover.attempts == 2)
                try await lab.expectUntouched(targetFollows: true)
            }
        }

        @Test func `a target that hangs is given up with the write pause, and resume goes on later`() async throws {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "write-pause: 1s, retries: 0"), sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("target that hangs, then resume") { load in
                    gates.at(Moment("", "source: CLIENT PAUSE")) {
                        await lab.target.freeze()
                        return .pass
                    }
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[did-not-catch-up]"], "\(outcome.standardError)")
                    let before = await load.acknowledgedCount
                    try await eventually("writes go on while the target hangs") {
                        await load.acknowledgedCount > before + 100
                    }
                    await lab.target.thaw()
                    try await lab.expectUntouched(targetFollows: true)
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        @Test func `with 'on-failure: automatic' the target is detached and empty again`() async throws {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "write-pause: 500ms, retries: 0"), onFailure: "automatic",
                    sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("automatic rollback") { _ in
                    gates.watchTargetStayBehind(lab.address(of: lab.source))
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[did-not-catch-up]"], "\(outcome.standardError)")
                    #expect(outcome.complaint.contains("rolled back"))
                }
                gates.watch(nil)
                #expect(try migration.state().status == .rolledBack)
                try await lab.expectUntouched()
                try await lab.expectForgotten()
            }
        }

        private static var description: LabDescription { .quick }
    }
}

extension Gates {
    /// From the first write pause on, the target's replies claim that it has applied next to nothing, in the words of a
    /// Redis.
    fileprivate func watchTargetStayBehind(_ source: Endpoint) {
        let text = """
            # Replication\r
            role:slave\r
            master_host:\(source.host)\r
            master_port:\(source.port)\r
            master_link_status:up\r
            master_sync_in_progress:0\r
            slave_repl_offset:1\r\n
            """
        let isPaused = Flag()
        watch { sighting in
            if sighting.server == "source", sighting.words.starts(with: ["CLIENT", "PAUSE"]) { isPaused.set(true) }
            if sighting.server == "source", sighting.words == ["CLIENT", "UNPAUSE"] { isPaused.set(false) }
            guard isPaused.isSet, sighting.server == "target", sighting.words == ["INFO", "replication"] else {
                return .pass
            }
            return .answer(.bulkString(.init(string: text)))
        }
    }
}
