import Execution
import PlanModel
import RESP
import RedisNIO
import Rehearsal
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

        /// One command as the application; errors are values.
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
                // Writes as the application, wherever it is let, until it is told to stop.
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
