import Execution
import Glibc
import Operations
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// A run that goes neither forward nor back has an end, and what it says is left is what is left.
    @Suite struct AbandonTests {
        @Test func `a run whose target refuses the way back is ended, and the lines that it prints clean up`()
            async throws
        {
            var description = LabDescription.quick
            description.target.extraLines = ["rename-command FLUSHALL \"\"", "rename-command FLUSHDB \"\""]
            try await withLab(description) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true).map(withoutCommandCheck))
                try await migration.fill(keys: 200)
                try await migration.underLoad("abandoned before the cutover") { _ in
                    #expect(try await migration.planrun("apply").exitCode == 3)
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 4, "\(back.standardError)")
                    #expect(back.commandsOffered == ["rollback", "abandon"])
                    let ended = try await migration.planrun("abandon", "--leave-behind")
                    #expect(ended.exitCode == 4, "\(ended.standardError)")
                    #expect(try migration.state().status == .abandoned)
                    // What cannot be done there is the one line that does not work.
                    let refused = try await lab.type(
                        ended.linesToType, amongThem: .leftKeys, .leftFile)
                    #expect(refused.allSatisfy { $0.contains("FLUSHALL") }, "\(refused)")
                    try await lab.expectUntouched()
                    #expect(try await lab.sentinelsKnowingTarget() == 0)
                    let status = try await migration.planrun("status")
                    #expect(status.standardOutput.contains { $0.contains("left behind when it was abandoned") })
                    #expect(status.commandsOffered == ["apply"])
                }
            }
        }

        /// Dead with the fence up: the settings of the source are not its own.
        @Test func `a killed cutover is ended while the target is gone, and the source is put right by the lines`()
            async throws
        {
            var description = LabDescription.quick
            description.replicaCount = 1
            try await withGatedLab(description) { lab, gates in
                try await lab.waitUntilReplicaIsKnown()
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "replicas: { after-cutover: detach }"),
                    sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                let killed = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    gates.kill(process, at: Moment("", after: true, "source: CLIENT PAUSE"))
                    return try await process.wait()
                }
                #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                gates.watch(nil)
                await lab.target.kill()
                let ended = try await migration.planrun("abandon", "--leave-behind")
                #expect(ended.exitCode == 4, "\(ended.standardError)")
                #expect(ended.complaint.contains("replica-priority is 0 (before the run: 100)"), "\(ended.complaint)")
                #expect(ended.complaint.contains("min-replicas-to-write is 1 (before the run: 0)"))
                try await lab.target.start()
                #expect(
                    try await lab.type(ended.linesToType, amongThem: .leftSetting, .leftSettingInFile, .leftReplica)
                        == [])
                try await lab.expectUntouched()
                let notes = try await lab.send(["CONFIG", "GET", "proc-title-template"], to: lab.source)
                #expect(notes.array?.last?.string == "{title} {listen-addr} {server-mode}")
                // What a server holds that did not answer is for a person to look at.
                try await lab.send(["FLUSHALL"], to: lab.target)
                #expect(try await lab.send(["SET", "taken", "again"], to: lab.source).string == "OK")
                let anew = try await migration.planrun("apply", "--auto-approve")
                #expect(anew.exitCode == 0, "\(anew.standardError)")
                try await lab.expectMigrated()
            }
        }

        @Test func `what a run has made on servers and Sentinels goes away by the lines`() async throws {
            var description = LabDescription.quick
            description.sentinels?.watchesSource = false
            try await withLab(description) { lab in
                try await lab.send(["ACL", "SETUSER", "app", "on", ">apppw", "~*", "+@all"], to: lab.source)
                let steps = [
                    "preflight: {}", "monitor: {}", "users: {}", "replicaof: {}",
                    "wait-for-sync: { stable-for: 100ms }",
                    "approval: Go on?",
                ]
                let migration = try Migration(lab, steps: steps)
                let applied = try await migration.planrun("apply")
                #expect(applied.exitCode == 3, "\(applied.complaint)")
                try await eventually("the Sentinel knows the target", within: .seconds(30)) {
                    try await lab.sentinelsKnowingTarget() == 1
                }
                let ended = try await migration.planrun("abandon", "--leave-behind")
                #expect(ended.exitCode == 4, "\(ended.complaint)")
                #expect(
                    try await lab.type(
                        ended.linesToType, amongThem: .leftFollowing, .leftListing, .leftUsers, .leftMonitoring) == [])
                let users = try await lab.send(["ACL", "USERS"], to: lab.target)
                #expect(users.array?.compactMap(\.string) == ["default"])
                #expect(try await World.read(lab).named == [nil])
                #expect(try await lab.replication(of: lab.target).role == .primary)
            }
        }

        /// Killed while the Sentinel is made to end its failover, which waits for the other replica.
        @Test func `a Sentinel gets its failover-timeout back by the line`() async throws {
            var description = LabDescription.quick
            description.replicaCount = 1
            try await withGatedLab(description) { lab, gates in
                try await lab.waitUntilReplicaIsKnown()
                let migration = try Migration(lab, sentinels: gates.sentinels)
                let before = try await failoverTimeout(lab)
                let killed = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    gates.kill(process, at: Moment("", after: true, "sentinel: SENTINEL SET primary failover-timeout"))
                    return try await process.wait()
                }
                #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                gates.watch(nil)
                #expect(try await failoverTimeout(lab) == "1")
                let ended = try await migration.planrun("abandon", "--leave-behind")
                #expect(ended.exitCode == 4, "\(ended.complaint)")
                #expect(ended.complaint.contains("failover-timeout is 1 ms (before the run: \(before) ms)"))
                #expect(try await lab.type(ended.linesToType, amongThem: .leftTimeout) == [])
                #expect(try await failoverTimeout(lab) == before)
            }
        }

        /// With `announce` no Sentinel knows of the promotion then, and none is in a failover that would end it.
        @Test func `a cutover killed after the swap is ended, and the line makes the Sentinels name the target`()
            async throws
        {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withGatedLab(description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "via: announce"), sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("abandoned after the swap") { _ in
                    let killed = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        gates.kill(process, at: Moment("", after: true, "source: REPLICAOF 127.0.0.1"))
                        return try await process.wait()
                    }
                    #expect(killed.signal == SIGKILL, "\(killed.standardOutput + killed.standardError)")
                    gates.watch(nil)
                    let ended = try await migration.planrun("abandon", "--leave-behind")
                    #expect(ended.exitCode == 4, "\(ended.complaint)")
                    let target = lab.address(of: lab.target)
                    #expect(
                        ended.complaint.contains("\(target) is the primary, and has to be named by the Sentinels"),
                        "\(ended.complaint)")
                    #expect(!ended.complaint.contains("SENTINEL RESET"))
                    #expect(try await lab.type(ended.linesToType, amongThem: .leftSetting, .leftFailover) == [])
                    try await eventually("the Sentinels name the target", within: .seconds(30)) {
                        try await World.read(lab).named.allSatisfy { $0 == target }
                    }
                }
                #expect(try await lab.replication(of: lab.source).role == .replica)
            }
        }

        private func failoverTimeout(_ lab: Lab) async throws -> String {
            let fields = try await lab.send(["SENTINEL", "MASTER", "primary"], to: lab.sentinels[0]).array ?? []
            let name = try #require(fields.firstIndex { $0.string == "failover-timeout" })
            return try #require(fields[name + 1].string)
        }

        private func withoutCommandCheck(_ step: String) -> String {
            step == "preflight: {}" ? "preflight: { renamed-commands: off }" : step
        }
    }
}

extension PlanrunProcess.Outcome {
    /// The lines for a shell that were printed.
    var linesToType: [String] {
        (standardOutput + standardError).filter { $0.hasPrefix("    redis-cli ") }.map { String($0.dropFirst(4)) }
    }
}

extension Lab {
    /// Types lines at a shell, one after the other.
    /// - Returns: those that did not work.
    func type(_ lines: [String]) async throws -> [String] {
        var failed: [String] = []
        for line in lines {
            // With -e an error of the server is one of the shell, too.
            let outcome = try await Shell.run(line.replacing("redis-cli ", with: "redis-cli -e "))
            if outcome.exitCode != 0 { failed.append("\(line): \(outcome.output)") }
        }
        return failed
    }
}
