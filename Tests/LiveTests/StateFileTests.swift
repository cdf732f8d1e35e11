import Execution
import FoundationEssentials
import RESP
import Rehearsal
import Synchronization
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// State files that cannot be used, or are in use.
    @Suite struct StateFileTests {
        enum Damage: String, CaseIterable, Sendable {
            case truncated, corrupted, newerFormat, otherPlan, empty

            var code: String {
                switch self {
                case .truncated, .corrupted, .empty: "state-corrupted"
                case .newerFormat: "state-newer-format"
                case .otherPlan: "state-of-another-plan"
                }
            }

            func done(to text: String) -> String {
                switch self {
                case .truncated: String(text.prefix(text.count / 2))
                case .corrupted: text.replacing("\"nodes\"", with: "\"nod\u{7}es\"")
                case .newerFormat: text.replacing("\"format\" : 1,", with: "\"format\" : 99,")
                case .otherPlan: text.replacing("\"planName\" : \"live\"", with: "\"planName\" : \"somebody-elses\"")
                case .empty: ""
                }
            }
        }

        @Test func `a state that cannot be used is refused, and stays as it is`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                #expect(try await migration.planrun("apply").exitCode == 3)
                let whole = try readText(migration.stateFile)
                for damage in Damage.allCases {
                    let damaged = damage.done(to: whole)
                    #expect(damaged != whole, "\(damage)")
                    try writeText(damaged, migration.stateFile)
                    for verb in ["apply", "resume", "rollback"] {
                        // 'apply' refuses an unfinished run before it compares the plans.
                        if verb == "apply", damage == .otherPlan { continue }
                        let outcome = try await migration.planrun(verb)
                        #expect(outcome.exitCode == 2, "\(verb) \(damage): \(outcome.standardError)")
                        #expect(outcome.errors == ["error[\(damage.code)]"], "\(verb) \(damage)")
                        #expect(outcome.complaint.contains(migration.stateFile))
                        #expect(outcome.complaint.contains("= help: "))
                    }
                    #expect(try readText(migration.stateFile) == damaged)
                }
                try await lab.expectUntouched(targetFollows: true)
            }
        }

        @Test func `where no state can be written, nothing is done`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                // In this folder no user can make a file.
                let outcome = try await migration.planrun("apply", "--auto-approve", "--state", "/proc/live.state.json")
                #expect(outcome.exitCode == 2, "\(outcome.standardError)")
                #expect(outcome.errors == ["error[state-not-writable]"])
                #expect(outcome.complaint.contains("with '--state PATH'"))
                try await lab.expectUntouched()
            }
        }

        @Test func `a second apply is refused and names the first`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                let (isThere, mayGo) = (Flag(), Flag())
                gates.at(Moment("", "target: REPLICAOF")) {
                    isThere.set(true)
                    try? await eventually("the second has been refused", within: .seconds(60)) { mayGo.isSet }
                    return .pass
                }
                try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { first in
                    try await eventually("the first has begun") { isThere.isSet }
                    let before = try readText(migration.stateFile)
                    let lock = try readText(migration.stateFile + ".lock")
                    let pid = try #require(lock.firstMatch(of: /"pid":(\d+)/)?.output.1)
                    for verb in ["apply", "resume", "rollback"] {
                        let second = try await migration.planrun(verb)
                        #expect(second.exitCode == 1, "\(verb): \(second.standardError)")
                        #expect(second.errors == ["error[state-locked]"])
                        #expect(second.complaint.contains("by process \(pid) on '"))
                    }
                    #expect(try readText(migration.stateFile) == before)
                    mayGo.set(true)
                    #expect(try await first.wait().exitCode == 0)
                }
                try await lab.expectMigrated()
            }
        }

        /// Somebody removes the lock file of a run that goes on, just before writes are held at the source. Nothing is
        /// promoted, the source takes writes as before, and `resume` goes on.
        @Test func `a run whose lock file was removed promotes nothing, and says what state the world is in`()
            async throws
        {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("the lock file was removed") { _ in
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.at(Moment("", "source: CLIENT PAUSE")) {
                            try? FileManager.default.removeItem(atPath: migration.stateFile + ".lock")
                            return .pass
                        }
                        return try await process.wait()
                    }
                    gates.watch(nil)
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[state-lease-lost]"])
                    #expect(outcome.complaint.contains("was removed or replaced while this run held it"))
                    #expect(outcome.complaint.contains(" is a primary with 1 replica\n"))
                    #expect(outcome.complaint.contains("planrun status \(migration.plan)"))
                    #expect(try await lab.send(["SET", "taken", "value"], to: lab.source).string == "OK")
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        /// From the middle of the cutover on there is no room for the file that would replace the state file.
        @Test(arguments: ["source: CLIENT PAUSE", "target: REPLICAOF NO ONE"])
        func `a run whose state cannot be written any more says what state the world is in, and how to go on`(
            moment: String
        ) async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("no state from \(moment) on") { _ in
                    let lock = migration.stateFile + ".lock"
                    let obstacle = Mutex<String?>(nil)
                    let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.at(Moment("", moment)) {
                            let text = (try? readText(lock)) ?? ""
                            let pid = text.firstMatch(of: /"pid":(\d+)/)?.output.1 ?? ""
                            let path = FilePath(migration.stateFile)
                            let name = ".\(pid).\(path.lastComponent?.string ?? "").tmp"
                            let folder = path.removingLastComponent().appending(name).string
                            try? FileManager.default.createDirectory(
                                atPath: folder, withIntermediateDirectories: false)
                            obstacle.withLock { $0 = folder }
                            return .pass
                        }
                        return try await process.wait()
                    }
                    gates.watch(nil)
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[state-not-writable]"])
                    #expect(outcome.complaint.contains("\nthe servers now:\n"))
                    #expect(outcome.complaint.contains(" is a primary with 1 replica\n"))
                    #expect(outcome.complaint.contains("= help: planrun resume \(migration.plan)"))
                    try FileManager.default.removeItem(atPath: #require(obstacle.withLock { $0 }))
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        @Test func `a plan that changed is refused, and accepted where the step has not begun`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                #expect(try await migration.planrun("apply").exitCode == 3)
                let before = try readText(migration.stateFile)
                let plan = try readText(migration.plan)

                // The step that waits for the sync has succeeded, so its change can no longer be accepted.
                try writeText(plan.replacing("stable-for: 100ms", with: "stable-for: 200ms"), migration.plan)
                for options in [[], ["--accept-plan-change"]] {
                    let outcome = try await PlanrunProcess.run(["resume", migration.plan, "--auto-approve"] + options)
                    #expect(outcome.exitCode == 2)
                    #expect(outcome.errors == ["error[plan-changed]"])
                    #expect(outcome.complaint.contains("step 'wait-for-sync' changed"))
                }

                try writeText(plan.replacing("write-pause: 2s", with: "write-pause: 1s"), migration.plan)
                let refused = try await migration.planrun("resume", "--auto-approve")
                #expect(refused.exitCode == 2)
                #expect(refused.complaint.contains("step 'failover' changed"))
                #expect(refused.complaint.contains("--accept-plan-change"))
                #expect(try readText(migration.stateFile) == before)

                let accepted = try await migration.planrun("resume", "--auto-approve", "--accept-plan-change")
                #expect(accepted.exitCode == 0, "\(accepted.standardOutput + accepted.standardError)")
                try await lab.expectMigrated()
                #expect(try migration.state().plan.contains("write-pause: 1s"))
            }
        }
    }
}
