import Execution
import Operations
import RESP
import RedisTopology
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    /// Worlds in which the plan must not be carried out, and what planrun says about them.
    @Suite struct RefusalTests {
        @Test(arguments: [["preflight: {}"], ["preflight: { target-free: off }"], []])
        func `a target with keys is refused and not touched`(first: [String]) async throws {
            try await withLab(.quick) { lab in
                let steps = first + Migration.steps().dropFirst()
                let migration = try Migration(lab, steps: steps)
                try await lab.send(["SET", "precious", "value"], to: lab.target)
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                #expect(
                    outcome.complaint.contains("the target holds 1 key, which the full sync would delete")
                        || outcome.complaint.contains("\(lab.target.address) holds 1 key"))
                #expect(outcome.complaint.contains("replace-data: true"))
                #expect(try await lab.send(["GET", "precious"], to: lab.target).string == "value")
                try await lab.expectUntouched()
            }
        }

        /// A plan without a preflight meets it in the wait, which would end with its timeout only.
        @Test func `a user that may not replicate is named by the wait`() async throws {
            var description = LabDescription(
                source: .init(login: .user("operator")), target: .init(login: .user("operator")),
                sentinels: .init(login: .password, infoPeriod: .milliseconds(200)))
            description.replicaCount = 0
            try await withLab(description) { lab in
                let migration = try Migration(lab, steps: Array(Migration.steps().dropFirst()))
                let user = "operator"
                try await lab.send(Command(["ACL", "SETUSER", user, "-psync"]), to: lab.source)
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.errors == ["error[replication-forbidden]"], "\(outcome.complaint)")
                #expect(outcome.complaint.contains("the target's user '\(user)' may not run psync"))
                try await lab.send(Command(["ACL", "SETUSER", user, "+psync"]), to: lab.source)
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.complaint)")
            }
        }

        @Test func `a Sentinel that is down is said once`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 3, infoPeriod: .milliseconds(200)))) { lab in
                let migration = try Migration(lab)
                await lab.sentinels[1].stop()
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 1)
                #expect(outcome.errors == ["error[reachable]"], "\(outcome.standardError)")
                #expect(outcome.complaint.contains("Sentinel \(lab.sentinels[1].address)"))
                // What is asked of the other servers is asked nevertheless.
                let last = outcome.standardOutput.last { $0.contains("preflight: ") }
                #expect(
                    last?.firstMatch(of: #/failed preflight: 1 of \d+ checks failed; [3-9]\d passed, .*\d+ not asked/#)
                        != nil)
                #expect(try await lab.keys(of: lab.target) == 0)
            }
        }

        @Test(arguments: ["source", "target", "sentinel"])
        func `a wrong password is refused, and no password is shown`(server: String) async throws {
            var description = LabDescription(
                source: .init(login: .password), target: .init(login: .password),
                sentinels: .init(login: .password, infoPeriod: .milliseconds(200)))
            description.replicaCount = 0
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                let right = try secrets(lab)
                try lab.folder.write("wrong-\(right[0])", to: "\(server).secret")
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 1)
                #expect(outcome.errors == ["error[reachable]"], "\(outcome.standardError)")
                #expect(outcome.complaint.contains("check the username and password that the plan gives for"))
                let state = try readText(migration.stateFile)
                let shown = outcome.standardOutput + outcome.standardError + [state]
                for secret in right { #expect(!shown.contains { $0.contains(secret) }) }
            }
        }

        @Test func `no password is shown where all goes well`() async throws {
            let description = LabDescription(
                source: .init(login: .password), target: .init(login: .password),
                sentinels: .init(login: .password, infoPeriod: .milliseconds(200)))
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                let outcome = try await migration.planrun("apply", "--auto-approve", "--format", "json")
                #expect(outcome.exitCode == 0)
                let state = try readText(migration.stateFile)
                let shown = outcome.standardOutput + outcome.standardError + [state]
                for secret in try secrets(lab) { #expect(!shown.contains { $0.contains(secret) }) }
            }
        }

        @Test func `a source that the Sentinel does not monitor under that name is refused`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                try await lab.send(["SENTINEL", "REMOVE", "primary"], to: lab.sentinels[0])
                let address = lab.source.address
                try await lab.send(
                    Command(["SENTINEL", "MONITOR", "another", address.host, String(address.port), "1"]),
                    to: lab.sentinels[0])
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 1)
                #expect(outcome.complaint.contains("monitors no 'primary'"), "\(outcome.standardError)")
                #expect(outcome.complaint.contains("into 'sentinel.primary' of the plan: 'another', if that is it"))
                #expect(try await lab.keys(of: lab.target) == 0)
            }
        }

        @Test func `another replica that could be promoted, and lets nobody in, is refused`() async throws {
            var description = LabDescription.quick
            description.replicaCount = 1
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                try await eventually("the Sentinel knows the replica") {
                    try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: lab.sentinels[0]).array?.count == 1
                }
                try await lab.send(["CONFIG", "SET", "requirepass", "other"], to: lab.replicas[0])
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 1)
                #expect(outcome.errors == ["error[only-candidate]"], "\(outcome.standardError)")
                #expect(
                    outcome.complaint.contains(
                        "CONFIG SET replica-priority 0 on \(lab.replicas[0].address)"))
                try await lab.expectUntouched()
            }
        }

        /// A plan without a preflight meets these in the step itself.
        @Test func `a target that follows another server, or is the primary, is let go as planrun advises`()
            async throws
        {
            var description = LabDescription.quick
            description.replicaCount = 1
            try await withLab(description) { lab in
                let other = lab.replicas[0].address
                try await lab.send(all: [["REPLICAOF", "NO", "ONE"], ["CONFIG", "REWRITE"]], to: lab.replicas[0])
                try await lab.send(["SENTINEL", "RESET", "primary"], to: lab.sentinels[0])
                try await lab.send(Command(["REPLICAOF", other.host, String(other.port)]), to: lab.target)
                let steps = Array(Migration.steps().dropFirst())
                let first = try Migration(lab, name: "first", steps: steps)
                let following = try await first.planrun("apply")
                #expect(following.errors == ["error[target-follows-another]"], "\(following.complaint)")
                try await lab.follow(.followsAnother, in: following.standardError, at: lab.target)
                // Somebody types the published recipe instead.
                let source = lab.source.address
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                try await lab.failOver(to: lab.target)
                let named = try await first.planrun("apply")
                #expect(named.errors == ["error[target-is-primary]"], "\(named.complaint)")
                try await eventually("the Sentinel can promote the source", within: .seconds(30)) {
                    (try? await lab.follow(.sourceNotNamed, in: named.standardError, at: lab.sentinels[0])) != nil
                }
                try await lab.waitUntilNamed(lab.source)
                let ended = try await first.planrun("apply", "--auto-approve")
                #expect(ended.exitCode == 0, "\(ended.standardOutput + ended.standardError)")
                try await lab.expectMigrated()
            }
        }

        private func secrets(_ lab: Lab) throws -> [String] {
            try ["source", "target", "sentinel"].map {
                try readText(lab.folder.path.appending("\($0).secret").string)
            }
        }
    }
}

extension PlanrunProcess.Outcome {
    var complaint: String { standardError.joined(separator: "\n") }

    /// `error[code]` of each error, in order.
    var errors: [String] {
        standardError.filter { $0.hasPrefix("error[") }.compactMap { $0.split(separator: ":").first.map(String.init) }
    }

    /// The command lines under 'help', each with what it does, in order.
    var linesOffered: [String] {
        let mark = "= help: "
        return (standardOutput + standardError).compactMap { line in
            line.firstRange(of: mark + "planrun ").map { String(line[$0.lowerBound...].dropFirst(mark.count)) }
        }
    }

    /// Their verbs.
    var commandsOffered: [String] {
        linesOffered.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    }
}

extension Lab {
    /// Makes the Sentinels promote this server, as soon as they can.
    fileprivate func failOver(to server: ServerProcess) async throws {
        try await eventually("the Sentinel can promote it", within: .seconds(30)) {
            (try? await self.send(["SENTINEL", "FAILOVER", "primary"], to: self.sentinels[0])) != nil
        }
        try await waitUntilNamed(server)
    }

    /// Waits until the Sentinel names this server, and the other one of source and target follows it.
    fileprivate func waitUntilNamed(_ server: ServerProcess) async throws {
        let other = server.name == source.name ? target : source
        try await eventually("the Sentinel has made it the primary", within: .seconds(60)) {
            let primary = self.address(of: server)
            // The Sentinel disconnects everybody when it promotes or demotes a server.
            let upstream = try? await self.replication(of: other).upstream
            return try await World.read(self).named.allSatisfy { $0 == primary }
                && upstream?.primary == primary && upstream?.isLinkUp == true
        }
    }
}
