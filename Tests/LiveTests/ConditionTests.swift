import Execution
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Conditions that must hold while a run goes on. A test breaks one on the servers; the run says so and stops.
    @Suite struct ConditionTests {
        struct Event: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let error: String
            let says: String
            let happens: @Sendable (Lab) async throws -> Void
        }

        private static func source(_ words: String...) -> @Sendable (Lab) async throws -> Void {
            { lab in try await lab.send(Command(words), to: lab.source) }
        }

        static let events = [
            Event(
                testDescription: "the source restarts", error: "source-restarted",
                says: "the source was restarted since the target began to follow it"
            ) { lab in
                await lab.source.stop()
                try await lab.source.start()
            },
            Event(
                testDescription: "FLUSHALL", error: "source-emptied",
                says: "FLUSHALL (1 time) was run at the source since the target began to follow it",
                happens: source("FLUSHALL")),
            Event(
                testDescription: "FLUSHDB in a script", error: "source-emptied",
                says: "FLUSHDB (1 time) was run at the source since the target began to follow it",
                happens: source("EVAL", "redis.call('select', 5); return redis.call('flushdb')", "0")),
            Event(
                testDescription: "SWAPDB", error: "source-emptied",
                says: "SWAPDB (1 time) was run at the source since the target began to follow it",
                happens: source("SWAPDB", "0", "7")),
            Event(
                testDescription: "the statistics are reset", error: "statistics-reset",
                says: "the statistics of the source were reset since the target began to follow it",
                happens: source("CONFIG", "RESETSTAT")),
            Event(
                testDescription: "the source was a replica for a moment", error: "source-history-changed",
                says: "the source has begun another history of writes since the sync was reached"
            ) { lab in
                try await lab.send(["DEBUG", "CHANGE-REPL-ID"], to: lab.source)
            },
            Event(
                testDescription: "a command that the target does not have", error: "commands-dropped",
                says: "the target could not carry out 1 command of the source: the data differs"
            ) { lab in
                try await lab.send(["GEOADD", "places", "13.4", "52.5", "here"], to: lab.source)
                try await lab.send(Self.dropped, to: lab.source)
            },
        ]

        static let dropped: Command = [
            "GEOSEARCHSTORE", "near", "places", "FROMMEMBER", "here", "BYRADIUS", "1", "km",
        ]

        private static var description: LabDescription {
            var description = LabDescription.quick
            description.target.extraLines += ["rename-command GEOSEARCHSTORE \"\""]
            description.source.extraLines += ["enable-debug-command yes"]
            return description
        }

        @Test(arguments: events)
        func `at an approval: the run stops, and a new one ends well`(event: Event) async throws {
            try await withLab(Self.description) { lab in
                // The check `commands` is off: it would find the commands that this test sends, and stop the resumed
                // run too early.
                let steps = ["preflight: { commands: off }"] + Migration.steps(approval: true).dropFirst()
                let migration = try Migration(lab, steps: steps)
                try await migration.fill(keys: 500)
                let waiting = try await migration.planrun("apply")
                #expect(waiting.complaint.hasPrefix("waiting[approval-missing]"), "\(waiting.complaint)")
                try await event.happens(lab)
                for _ in 1...2 {
                    let resumed = try await migration.planrun("resume", "--approve", "approval")
                    #expect(resumed.exitCode == 3, "\(resumed.standardOutput + resumed.standardError)")
                    #expect(resumed.errors == ["error[\(event.error)]"], "\(resumed.complaint)")
                    #expect(resumed.complaint.contains(event.says), "\(resumed.complaint)")
                    #expect(resumed.complaint.contains("nothing was promoted"))
                    #expect(resumed.commandsOffered == ["rollback"], "\(resumed.complaint)")
                }
                let status = try await migration.planrun("status")
                #expect(status.commandsOffered == ["rollback"], "\(status.standardOutput)")
                try await lab.expectUntouched(targetFollows: true)
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                try await lab.send(["FLUSHALL"], to: lab.target)
                try await migration.underLoad(event.testDescription) { _ in
                    let again = try await migration.planrun("apply", "--auto-approve")
                    #expect(again.exitCode == 0, "\(again.standardOutput + again.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        struct LastMoment: Sendable, CustomTestStringConvertible {
            var testDescription: String { "\(moment.testDescription): \(command)" }
            var moment = Moment("before the pause", "target: REPLICAOF", "target: COMMAND")
            var isAtTarget = false
            let command: Command
            let error: String
            let says: String
        }

        static let lastMoments = [
            LastMoment(command: ["FLUSHALL"], error: "source-emptied", says: "FLUSHALL (1 time) was run at the source"),
            LastMoment(
                moment: Moment("in the drain", "source: CLIENT PAUSE"), command: dropped, error: "commands-dropped",
                says: "the target could not carry out 1 command of the source: the data differs"),
            LastMoment(
                isAtTarget: true, command: ["CONFIG", "SET", "min-replicas-to-write", "2"], error: "takes-writes",
                says: "takes writes only with 2 replicas in sync (min-replicas-to-write), and will have 1"),
            LastMoment(
                isAtTarget: true, command: ["CONFIG", "SET", "maxmemory", "2mb"], error: "takes-writes",
                says: "refuses writes when it uses 2.0 MiB (maxmemory), and the data needs"),
            LastMoment(
                isAtTarget: true, command: ["CONFIG", "SET", "replica-read-only", "no"], error: "takes-writes",
                says: "takes writes of its own while it is a replica (replica-read-only no)"),
        ]

        @Test(arguments: lastMoments)
        func `at the last moment: nothing is promoted, and writes go on`(
            last: LastMoment
        ) async throws {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await lab.send(["GEOADD", "places", "13.4", "52.5", "here"], to: lab.source)
                gates.at(last.moment) {
                    _ = try? await lab.send(last.command, to: last.isAtTarget ? lab.target : lab.source)
                    return .pass
                }
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(outcome.errors == ["error[\(last.error)]"], "\(outcome.complaint)")
                #expect(outcome.complaint.contains(last.says), "\(outcome.complaint)")
                #expect(outcome.complaint.contains("nothing was promoted"), "\(outcome.complaint)")
                try await migration.underLoad("after a handover that was not begun") { _ in }
                // The rollback empties the target, which needs a target that takes writes.
                try await lab.send(["CONFIG", "SET", "min-replicas-to-write", "0"], to: lab.target)
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.complaint)")
                try await lab.expectUntouched()
            }
        }

        @Test func `what keeps the target from taking writes after the promotion is told with the result`()
            async throws
        {
            var description = Self.description
            description.sentinels = nil
            try await withGatedLab(description) { lab, gates in
                let steps = Migration.steps(failover: "via: promote").dropLast()
                let migration = try Migration(lab, steps: Array(steps))
                gates.at(Moment("", "target: REPLICAOF", "target: REPLICAOF NO")) {
                    .passThen {
                        _ = try? await lab.send(["CONFIG", "SET", "min-replicas-to-write", "9"], to: lab.target)
                    }
                }
                let outcome = try await migration.planrun("apply", "--auto-approve")
                let said = outcome.standardOutput + outcome.standardError
                #expect(outcome.exitCode == 0, "\(said)")
                let warning =
                    "; but \(lab.address(of: lab.target)) takes writes only with 9 replicas in sync (min-replicas-to-write), and has 1"
                #expect(said.contains { $0.contains(" warning failover: ") && $0.contains(warning) }, "\(said)")
            }
        }

        @Test func `a full sync that nobody asked for: the run stops, and resume goes on with the new copy`()
            async throws
        {
            try await withGatedLab(Self.description) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 500)
                try await migration.underLoad("a target that was detached and follows again") { _ in
                    gates.at(Moment("before the pause", "target: REPLICAOF", "target: COMMAND")) {
                        try? await lab.followAnew()
                        return .pass
                    }
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    gates.watch(nil)
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[full-sync-again]"], "\(outcome.complaint)")
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                    #expect("\(resumed.standardOutput)".contains("and had another full sync"))
                }
                try await lab.expectMigrated()
            }
        }

        /// A world without Sentinels, which would change what the test does to the servers. The plan has an approval.
        private static func withoutSentinels(_ body: @Sendable (Lab, Migration) async throws -> Void) async throws {
            var description = Self.description
            description.sentinels = nil
            try await withLab(description) { lab in
                let steps = Migration.steps(approval: true, failover: "via: promote")
                try await body(lab, try Migration(lab, steps: steps))
            }
        }

        @Test func `a full sync of another replica is none of our business`() async throws {
            // There are no Sentinels here, because they would take the tool for a replica that they may promote.
            try await Self.withoutSentinels { lab, migration in
                try await migration.planrun("apply")
                // A tool that acts as a replica for a moment: it only asks for a full sync.
                let before = try await lab.fullSyncs()
                let session = lab.session(lab.source)
                _ = try? await session.pipeline([["SYNC"]], timeout: .milliseconds(200))
                await session.close()
                try await eventually("the source counts it") { try await lab.fullSyncs() > before }
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
            }
        }

        @Test func `a target whose source is gone is not emptied by the way back`() async throws {
            // There are no Sentinels here, because they would make the target follow again.
            try await Self.withoutSentinels { lab, migration in
                try await migration.fill(keys: 500)
                try await migration.planrun("apply")
                let keys = try await lab.keys(of: lab.target)
                await lab.source.kill()
                let back = try await migration.planrun("rollback")
                let said = "\(back.standardOutput + back.standardError)"
                #expect(back.exitCode == 0, "\(said)")
                #expect(
                    said.contains("and keeps its \(keys) keys, which may be the only copy: the source does not answer"),
                    "\(said)")
                #expect(try await lab.keys(of: lab.target) == keys)
                try await lab.source.start()
            }
        }

        @Test func `a target that was detached from an emptied source is not made to follow it again`() async throws {
            try await Self.withoutSentinels { lab, migration in
                try await migration.fill(keys: 500)
                try await migration.planrun("apply")
                let keys = try await lab.keys(of: lab.target)
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                try await lab.send(["FLUSHALL"], to: lab.source)
                let resumed = try await migration.planrun("resume", "--approve", "approval")
                #expect(resumed.exitCode != 0, "\(resumed.standardOutput)")
                #expect(try await lab.keys(of: lab.target) == keys)
            }
        }
    }
}

extension Lab {
    /// Does what a careless person might do: detaches the target, writes to it and makes it follow again.
    fileprivate func followAnew() async throws {
        let before = try await fullSyncs()
        try await send(["REPLICAOF", "NO", "ONE"], to: target)
        try await send(["SET", "written", "meanwhile"], to: target)
        let source = address(of: source)
        try await send(Command(["REPLICAOF", source.host, String(source.port)]), to: target)
        try await eventually("the target has had another full sync") {
            let isBegun = try await fullSyncs() > before
            return try await isSynced(target) && isBegun
        }
    }
}
