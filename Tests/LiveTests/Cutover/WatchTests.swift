import Execution
import Glibc
import PlanGraph
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// A run that stays after the cutover and looks whether it holds.
    @Suite struct WatchTests {
        @Test func `an operator who demotes the target is named, a person is asked, and a killed planrun goes on`()
            async throws
        {
            try await withLab(.quick) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { id: look, for: 1h, on-trouble: ask }"])
                try await migration.fill(keys: 200)
                let (asked, culprit) = try await PlanrunProcess.run(["apply", migration.plan]) { planrun in
                    try await eventually("the watch has begun") { try Self.until(migration) != nil }
                    let culprit = try await Operator(lab)
                    return (try await planrun.wait(), culprit)
                }
                #expect(asked.exitCode == 3, "\(asked.standardError)")
                let said = (asked.standardOutput + asked.standardError).joined(separator: "\n")
                let address = lab.address(of: lab.target)
                #expect(
                    said.contains("look: trouble: target \(address) was made a replica of 127.0.0.1:1: "), "\(said)")
                #expect(said.contains("the last command of \(culprit.address) ('night-shift') was that"), "\(said)")
                #expect(said.contains("waiting[watch-trouble]"), "\(said)")

                await culprit.session.close()
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                let until = try #require(try Self.until(migration))
                try await PlanrunProcess.run(["resume", migration.plan]) { planrun in
                    // It notes that the trouble is over, and then has nothing to ask any more.
                    try await eventually("the record says that it is over") {
                        try migration.state()["look"]?.mark?["count"]?.int ?? 0 > 1
                    }
                    await planrun.send(SIGKILL)
                    _ = try await planrun.wait()
                }
                #expect(try Self.until(migration) == until)
                let status = try await migration.planrun("status").standardOutput
                #expect(
                    status.contains { $0.contains("look: watches until ") && $0.contains("not any more: target") },
                    "\(status)")
                // The check that this adds belongs before the cutover, and would fail on servers that have changed roles.
                let plan = try readText(migration.plan)
                _ = try lab.folder.write(
                    plan.replacing("after-cutover: stop", with: "after-cutover: keep"), to: "live.yaml")
                let changed = try await migration.planrun("status").standardOutput
                #expect(changed.contains { $0.hasSuffix("go on with 'look'") }, "\(changed)")
                let ended = try await migration.planrun("resume", "--accept-plan-change", "--approve", "look")
                #expect(ended.exitCode == 0, "\(ended.standardError)")
                let unasked = "preflight/way-back: not asked any more, because the cutover has happened"
                #expect(ended.standardOutput.contains { $0.hasSuffix(unasked) }, "\(ended.standardOutput)")
                #expect(ended.standardOutput.contains { $0.contains("look: ended by --approve look; ") })
                #expect(try migration.state()["look"]?.result?.verdict == .warned)
                try await eventually("the source is in sync", within: .seconds(30)) {
                    try await lab.isSynced(lab.source)
                }
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
            }
        }

        /// A Redis cannot follow it back, so that the way back is the one that the refusal names.
        @Test func `a Dragonfly that stays the primary is watched to the end, and left as the refusal says`()
            async throws
        {
            try await withDragonflyLab(.quick) { lab, _ in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { id: look, for: 2s }"], afterCutover: nil)
                try await migration.fill(keys: 100)
                let done = try await migration.planrun("apply")
                #expect(done.exitCode == 0, "\(done.standardOutput + done.standardError)")
                let result = try migration.state()["look"]?.result
                #expect(result?.summary.hasPrefix("watched for 2s; ") == true, "\(result?.summary ?? "no result")")
                try await lab.send(["SET", "only", "here"], to: lab.target)
                let refused = try await migration.planrun("rollback", "--discard-writes", "all")
                #expect(refused.exitCode == 4 && refused.errors == ["error[past-point-of-no-return]"])
                #expect(refused.complaint.contains("a redis cannot follow a dragonfly"), "\(refused.complaint)")
                let way = "rollback: { after-cutover: discard-writes }"
                #expect(refused.complaint.contains("'\(way)' in the plan is a way back: going back loses "))
                let plan = try readText(migration.plan)
                let rollback = try #require(plan.split(separator: "\n").last { $0.hasPrefix("rollback: ") })
                _ = try lab.folder.write(plan.replacing(rollback, with: way), to: "live.yaml")
                let back = try await migration.planrun("rollback", "--discard-writes", "all")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                try await lab.expectUntouched()
            }
        }

        /// planrun is killed in the middle of its own way back, then somebody lets the run go on: it stays. Begun anew, it
        /// goes back to the end.
        @Test func `a target that rejects writes is left by the run itself, and only once`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { id: look, for: 1h, on-trouble: rollback }"],
                    afterCutover: "keep", sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("the target is full, and is left") { _ in
                    let killed = try await PlanrunProcess.run(["apply", migration.plan]) { planrun in
                        try await eventually("the watch has begun") { try Self.until(migration) != nil }
                        gates.kill(planrun, at: Moment("", after: true, "target: CONFIG SET min-replicas-to-write"))
                        try await lab.send(["CONFIG", "SET", "maxmemory", "1"], to: lab.target)
                        return try await planrun.wait()
                    }
                    #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                    gates.watch(nil)
                    try await PlanrunProcess.run(["resume", migration.plan]) { planrun in
                        try await eventually("it says that it stays", within: .seconds(30)) {
                            try Self.findings(migration).contains { $0.contains("begun to go back by itself before") }
                        }
                        await planrun.send(SIGINT)
                        #expect(try await planrun.wait().exitCode == 3)
                    }
                    try await lab.send(["CONFIG", "SET", "maxmemory", "0"], to: lab.target)
                    try await lab.expectMigrated()
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")

                    let former = try migration.state().lineage
                    let left = try await PlanrunProcess.run(["apply", migration.plan]) { planrun in
                        try await eventually("the watch of the new run has begun") {
                            try migration.state().lineage != former && Self.until(migration) != nil
                        }
                        try await lab.send(["CONFIG", "SET", "maxmemory", "1"], to: lab.target)
                        return try await planrun.wait()
                    }
                    #expect(left.exitCode == 1, "\(left.standardOutput + left.standardError)")
                    #expect(left.errors == ["error[watch-goes-back]"], "\(left.complaint)")
                    #expect(left.complaint.contains("the plan says 'on-trouble: rollback': it goes back now"))
                    #expect(left.complaint.contains("No write will be lost; writes stall for about "))
                    #expect(left.complaint.contains("rolled back: nothing of 'live' is left on the servers"))
                    try await lab.send(["CONFIG", "SET", "maxmemory", "0"], to: lab.target)
                }
                #expect(try migration.state().status == .rolledBack)
                try await lab.expectUntouched()
            }
        }

        /// Whoever turns the target is not fought: the run neither goes back nor promotes the target, names them, and ends.
        @Test func `a loop that never stops demoting the target is named, and no write is lost`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { id: look, for: 6s, on-trouble: rollback }"],
                    afterCutover: "keep")
                try await migration.fill(keys: 200)
                try await migration.underLoad("a loop that demotes the target") { load in
                    let (ended, culprit) = try await PlanrunProcess.run(["apply", migration.plan]) { planrun in
                        try await eventually("the watch has begun") { try Self.until(migration) != nil }
                        let culprit = try await Operator(lab)
                        return (try await culprit.repeating { try await planrun.wait() }, culprit)
                    }
                    #expect(ended.exitCode == 4, "\(ended.standardOutput + ended.standardError)")
                    #expect(ended.errors == ["error[watch-trouble]"], "\(ended.complaint)")
                    let turned = "target \(lab.address(of: lab.target)) was made a replica of 127.0.0.1:1: "
                    #expect(ended.complaint.contains(turned), "\(ended.complaint)")
                    #expect(ended.complaint.contains("of \(culprit.address) ('night-shift') was that"))
                    await culprit.session.close()
                    let before = await load.acknowledgedCount
                    try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                    try await eventually("writes go on", within: .seconds(30)) {
                        await load.acknowledgedCount > before + 40
                    }
                    try await eventually("the source is in sync", within: .seconds(30)) {
                        try await lab.isSynced(lab.source)
                    }
                    let resumed = try await migration.planrun("resume", "--approve", "look")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                }
                try await lab.expectUntouched()
            }
        }

        /// What the record says was found.
        private static func findings(_ migration: Migration) throws -> [String] {
            (try migration.state()["look"]?.mark?["findings"]?.array ?? []).compactMap { $0["text"]?.string }
        }

        /// When the watch ends, as the record says; `nil` before it has begun.
        private static func until(_ migration: Migration) throws -> StateValue? {
            try? migration.state()["look"]?.mark?["until"]
        }

        /// An application that makes the target a replica of nobody that lives, and stays connected.
        private struct Operator: Sendable {
            let address: String
            let session: any CommandSession

            init(_ lab: Lab) async throws {
                var settings = lab.settings(for: lab.target)
                settings.clientName = "night-shift"
                session = lab.connector.session(settings)
                let info = try await session.send(["CLIENT", "INFO"])
                address = try #require(try ClientList(info).clients.first?.address)
                _ = try await session.send(["REPLICAOF", "127.0.0.1", "1"])
            }

            /// Makes the target a replica again fifty times a second, for as long as the body takes.
            func repeating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
                let loop = Task {
                    while !Task.isCancelled {
                        _ = try await session.send(["REPLICAOF", "127.0.0.1", "1"])
                        try? await Task.sleep(for: .milliseconds(20))
                    }
                }
                do {
                    let value = try await body()
                    loop.cancel()
                    try await loop.value
                    return value
                } catch {
                    loop.cancel()
                    throw error
                }
            }
        }
    }
}
