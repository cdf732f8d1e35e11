import Execution
import Operations
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// Users that only the source has, brought to the target by the plan.
    @Suite struct UsersTests {
        private static let app = Command(["ACL", "SETUSER", "app", "on", ">apppw", "~*", "&*", "+@all", "-@dangerous"])

        private func steps(approval: Bool = false) -> [String] {
            var steps = Migration.steps(approval: approval)
            steps.insert("users: {}", at: 1)
            return steps
        }

        /// Sends one command as the application's user. An error reply is returned as a value.
        private func ask(_ command: Command, at server: ServerProcess, _ lab: Lab) async throws -> RESPValue {
            var settings = lab.settings(for: server)
            (settings.username, settings.password) = ("app", Secret("apppw"))
            let session = RedisConnector().session(settings)
            do {
                let reply = try await session.send(command)
                await session.close()
                return reply
            } catch {
                await session.close()
                throw error
            }
        }

        /// Whether this user may publish to a channel.
        private func mayPublish(
            as user: String, to channel: String, at server: ServerProcess, _ lab: Lab
        ) async throws -> Bool {
            var settings = lab.settings(for: server)
            (settings.username, settings.password) = (user, Secret("secret"))
            let session = RedisConnector().session(settings)
            let reply = try await session.send(Command(["PUBLISH", channel, "x"]))
            await session.close()
            guard case .error(let error) = reply else { return true }
            #expect(error.code == "NOPERM")
            return false
        }

        private func isLockedOut(of server: ServerProcess, _ lab: Lab) async throws -> Bool {
            do {
                _ = try await ask(["PING"], at: server, lab)
                return false
            } catch let error as SessionError where error.code == .authenticationFailed {
                return true
            }
        }

        @Test func `an application whose user the plan brings goes on, also after the target's next start`()
            async throws
        {
            try await withLab(.quick) { lab in
                try await lab.send(Self.app, to: lab.source)
                let migration = try Migration(lab, steps: steps())
                try await migration.fill()
                // Writes as the application to each server that accepts the write, until told to stop.
                let promised = try await withThrowingTaskGroup(of: Int.self) { group in
                    let isOver = Flag()
                    group.addTask {
                        var count = 0
                        while !isOver.isSet {
                            for server in [lab.source, lab.target] {
                                let command = Command(["SET", "app:\(count + 1)", "x"])
                                if case .simpleString? = try? await ask(command, at: server, lab) {
                                    count += 1
                                    break
                                }
                            }
                        }
                        return count
                    }
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    let isTold = outcome.standardOutput.contains {
                        $0.contains("ok users: the target has 'app' as the source has")
                    }
                    #expect(isTold, "\(outcome.standardOutput)")
                    isOver.set(true)
                    return try await group.next() ?? 0
                }
                #expect(promised > 0)
                for number in 1...max(promised, 1) {
                    let value = try await lab.send(Command(["EXISTS", "app:\(number)"]), to: lab.target)
                    #expect(value.integer == 1, "app:\(number) of \(promised)")
                }
                let state = try readText(migration.stateFile)
                #expect(!state.contains("apppw"))
                await lab.target.stop()
                try await lab.target.start()
                #expect(try await !isLockedOut(of: lab.target, lab))
            }
        }

        @Test(arguments: [true, false])
        func `users that the target could not write down are kept by the command that is advised`(hasFile: Bool)
            async throws
        {
            let users = try PrivateFolder.temporary()
            defer { users.remove() }
            let file = try users.write("user default on nopass ~* &* +@all\n", to: "users.acl")
            let target = LabDescription.Instance(extraLines: hasFile ? ["aclfile \(file)"] : [])
            try await withLab(LabDescription(target: target, sentinels: nil)) { lab in
                try await lab.send(Self.app, to: lab.source)
                let migration = try Migration(lab, steps: ["users: {}"])
                let block = try hasFile ? BlockedFile(file.string) : lab.target.withFolderForFile()
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 0, "\(outcome.complaint)")
                let said = outcome.standardOutput + outcome.standardError
                #expect(said.contains { $0.contains("it could not write its users down") }, "\(said)")
                block.putBack()
                let advice = said.filter { $0.contains("= help:") }
                if hasFile {
                    try await lab.follow(.savedUsers, in: advice, at: lab.target)
                } else {
                    try await lab.follow(.writtenUsers, in: advice, at: lab.target)
                }
                await lab.target.stop()
                try await lab.target.start()
                #expect(try await !isLockedOut(of: lab.target, lab))
            }
        }

        @Test func `the users of Sentinels and replicas come along`() async throws {
            var description = LabDescription.quick
            description.sentinels?.login = .user("operator")
            description.source.login = .user("operator")
            description.target.login = .user("operator")
            try await withLab(description) { lab in
                try await lab.send(["ACL", "DELUSER", "rehearsal-sentinel"], to: lab.target)
                let migration = try Migration(lab, steps: steps())
                let outcome = try await migration.planrun("apply", "--auto-approve")
                #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                try await lab.expectMigrated()
            }
        }

        /// Redis 7 brought selectors and `%R~`, and users without any channel by default.
        @Test(.otherVersions) func `between Redis 6 and 7 the users are the same, or the step says what is in the way`()
            async throws
        {
            let users: [[String]] = [
                ["all", "~*", "allchannels", "+@all"], ["none", "~a:*", "resetchannels", "+@all", "-flushall"],
                ["some", "~*", "resetchannels", "&news:*", "-@all", "+@read", "+publish", "+config|get"],
            ]
            for (source, target) in [(nil, OtherVersion.redis62), (OtherVersion.redis62, nil)] {
                let description = LabDescription(
                    source: .version(source), target: .version(target), sentinels: nil)
                try await withLab(description) { lab in
                    for user in users {
                        try await lab.send(
                            Command(["ACL", "SETUSER", user[0], "on", ">secret"] + user.dropFirst()), to: lab.source)
                    }
                    let migration = try Migration(lab, steps: ["users: {}"])
                    let outcome = try await migration.planrun("apply")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    for check in ["users", "unused-users"] {
                        let finding = try await lab.finding(check)
                        #expect(finding.passes, "\(finding)")
                    }
                    for user in ["all", "none"] {
                        #expect(try await mayPublish(as: user, to: "elsewhere", at: lab.target, lab) == (user == "all"))
                    }
                    #expect(try await mayPublish(as: "some", to: "news:1", at: lab.target, lab))
                }
            }
        }

        @Test(.otherVersions) func `rules that Redis 6 does not know are not left out in silence`() async throws {
            let description = LabDescription(target: .version(.redis62), sentinels: nil)
            try await withLab(description) { lab in
                try await lab.send(
                    ["ACL", "SETUSER", "sel", "on", ">secret", "%R~log:*", "+get", "(~app:* +set)"], to: lab.source)
                let migration = try Migration(lab, steps: ["users: {}"])
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 1)
                #expect(outcome.errors == ["error[user-rules-unknown]"], "\(outcome.complaint)")
                #expect(
                    outcome.complaint.contains(
                        "the target does not know rules of the source's users: 'sel': %R~log:* (~app:* resetchannels -@all +set)"
                    ), "\(outcome.complaint)")
                let known = try await lab.send(["ACL", "USERS"], to: lab.target)
                #expect(known.array?.compactMap(\.string) == ["default"])
            }
        }

        @Test func `the way back removes what the plan brought, and nothing else`() async throws {
            try await withLab(.quick) { lab in
                try await lab.send(Self.app, to: lab.source)
                try await lab.send(["ACL", "SETUSER", "other", "on", ">otherpw", "+ping"], to: lab.target)
                let migration = try Migration(lab, steps: steps(approval: true))
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                #expect(try await !isLockedOut(of: lab.target, lab))
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                for isStarted in [false, true] {
                    if isStarted {
                        await lab.target.stop()
                        try await lab.target.start()
                    }
                    #expect(try await isLockedOut(of: lab.target, lab))
                    let users = try await lab.send(["ACL", "USERS"], to: lab.target)
                    #expect(users.array?.compactMap(\.string).sorted() == ["default", "other"])
                }
            }
        }
    }
}
