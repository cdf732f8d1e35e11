import Execution
import PlanGraph
import PlanModel
import RESP
import Testing

@testable import Operations

/// Users that only the source has: they are made at the target, and removed from it again.
struct UsersLifecycleTests {
    private static let digest = "#" + String(repeating: "a1", count: 32)
    private static let app = ["on", digest, "~app:*", "&news", "-@all", "+set"]
    private static let batch = ["on", digest, "~*", "+@all"]
    private static let theirs = ["on", digest, "~other:*", "-@all", "+get"]

    private func lifecycle(
        target: [String: [String]] = [:], engine: String = "redis", step: String = "{}",
        _ change: (inout SmallWorld) -> Void = { _ in }
    ) throws -> Lifecycle {
        var world = SmallWorld(sentinels: 1)
        world.isApplicationWriting = false
        world.instances[SmallWorld.source]?.users = FakeUsers(["app": Self.app, "batch": Self.batch])
        world.instances[SmallWorld.target]?.users = FakeUsers(target)
        world.instances[SmallWorld.target]?.settings["aclfile"] = "users.acl"
        change(&world)
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: \(engine) }
            sentinel: { primary: main, addresses: [\(SmallWorld.sentinelHost):26379] }
            steps: [{ users: \(step) }, { replicaof: {} }, { wait-for-sync: {} }, { failover: {} }]
            """)
        return Lifecycle(plan, world, node: "users")
    }

    private func users(_ lifecycle: Lifecycle) -> FakeUsers { lifecycle.world.read { $0.target.users ?? FakeUsers() } }
    private let complete = FakeUsers(["app": Self.app, "batch": Self.batch])

    @Test func `it makes what is missing, changes nothing when performed again, and is undone`() async throws {
        let lifecycle = try lifecycle()
        let process = FakeProcess(lifecycle.world)
        #expect(
            try await lifecycle.attempt(process).result
                == StepResult("the target has 'app', 'batch' as the source has"))
        #expect(users(lifecycle) == complete)

        _ = try await lifecycle.attempt(process)
        #expect(users(lifecycle) == complete)

        #expect(try await lifecycle.undo(process) == "10.0.0.2:6379 has no 'app', 'batch' any more")
        #expect(users(lifecycle) == FakeUsers())
        #expect(try await lifecycle.undo(process) == nil)
        #expect(users(lifecycle) == FakeUsers())
    }

    @Test func `a target that has them is left alone`() async throws {
        let lifecycle = try lifecycle(target: ["app": Self.app, "batch": Self.batch])
        let process = FakeProcess(lifecycle.world)
        let log = lifecycle.world.read(\.log)
        #expect(try await lifecycle.attempt(process).unchanged == "the target has every user of the source")
        #expect(lifecycle.world.read(\.log) == log)
        #expect(try await lifecycle.undo(process) == nil)
    }

    @Test func `a user that the target has is never changed, nor removed on the way back`() async throws {
        let lifecycle = try lifecycle(target: ["app": Self.theirs])
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        #expect(users(lifecycle) == FakeUsers(["app": Self.theirs, "batch": Self.batch]))
        _ = try await lifecycle.undo(process)
        #expect(users(lifecycle) == FakeUsers(["app": Self.theirs]))
    }

    @Test func `killed anywhere, resume makes the rest, and rollback leaves what was there`() async throws {
        for moment in 1...200 {
            for goesOn in [true, false] {
                let lifecycle = try lifecycle(target: ["other": Self.theirs])
                let process = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment))
                _ = try? await lifecycle.run(process)
                guard process.isStruck else {
                    #expect(moment > 15, "the step has more moments than that")
                    return
                }
                let later = FakeProcess(lifecycle.world, undo: process.undo)
                let before = ["other": Self.theirs]
                if goesOn {
                    try await lifecycle.run(later)
                    let expected = FakeUsers(before.merging(["app": Self.app, "batch": Self.batch]) { $1 })
                    #expect(users(lifecycle) == expected, "died at \(moment)")
                    _ = try await lifecycle.undo(later)
                } else {
                    _ = try await lifecycle.undo(later)
                }
                #expect(users(lifecycle) == FakeUsers(before), "died at \(moment)")
            }
        }
        Issue.record("the step has more moments than were tried")
    }

    @Test func `where the target cannot write them down, that is said`() async throws {
        let lifecycle = try lifecycle { world in
            world.instances[SmallWorld.target]?.users?.hasFile = false
            world.instances[SmallWorld.target]?.settings["aclfile"] = ""
            world.instances[SmallWorld.target]?.file = nil
        }
        let result = try await lifecycle.attempt(FakeProcess(lifecycle.world)).result
        #expect(
            result
                == StepResult(
                    "the target has 'app', 'batch' as the source has; it has no file that it could write them to: these users are gone after its next restart",
                    verdict: .warned,
                    help: [
                        "before 10.0.0.2:6379 restarts, write its users (ACL LIST shows the line of each) into an ACL file or a configuration file, and start it with that"
                    ]))
        let unwritable = try self.lifecycle {
            $0.replies[SmallWorld.target] = [
                "ACL SAVE": .refusal("ERR Opening temp ACL file for ACL SAVE: Read-only file system")
            ]
        }
        let said = try await unwritable.attempt(FakeProcess(unwritable.world)).result
        #expect(said.verdict == .warned)
        #expect(said.summary.contains("(ACL SAVE: ERR Opening temp ACL file for ACL SAVE: Read-only file system)"))
    }

    @Test func `rules that the target does not know are told before anything is changed`() async throws {
        let lifecycle = try lifecycle {
            $0.instances[SmallWorld.source]?.users = FakeUsers([
                "app": ["on", Self.digest, "~*", "+@all", "-@vectors", "+vadd", "-nosuch"], "batch": Self.batch,
            ])
        }
        let failure = await #expect(throws: StepFailure.self) {
            try await lifecycle.attempt(FakeProcess(lifecycle.world))
        }
        #expect(failure?.what == "the target does not know rules of the source's users: 'app': -@vectors +vadd")
        #expect(failure?.world == ["nothing was changed"])
        #expect(users(lifecycle) == FakeUsers())
    }

    @Test func `Dragonfly takes no digest, so the plan has to say where the passwords are`() async throws {
        let lifecycle = try lifecycle(engine: "dragonfly")
        let failure = await #expect(throws: StepFailure.self) {
            try await lifecycle.attempt(FakeProcess(lifecycle.world))
        }
        #expect(failure?.code == .operation(.userPasswordNeeded))
        #expect(
            failure?.help.first == "name them: users: { passwords: { app: { env: NAME } } }")
        #expect(
            failure?.help.last
                == "or, on 10.0.0.2:6379: ACL SETUSER batch on ><its password> ~* resetchannels +@all, and save it there"
        )
        #expect(!"\(failure as Any)".contains(Self.digest.dropFirst()))
        #expect(users(lifecycle) == FakeUsers())
    }

    @Test func `a target that the Sentinels have made the primary keeps its users`() async throws {
        let lifecycle = try lifecycle()
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        lifecycle.world.change { $0.sentinels[0].named = SmallWorld.target }
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.undo(process) }
        #expect(failure?.code == .operation(.targetIsPrimary))
        #expect(users(lifecycle) == complete)
    }

    @Test func `planrun must be allowed to look`() async throws {
        let lifecycle = try lifecycle { $0.forbidden[SmallWorld.source] = ["ACL GETUSER"] }
        let failure = await #expect(throws: StepFailure.self) {
            try await lifecycle.attempt(FakeProcess(lifecycle.world))
        }
        #expect(failure?.code == .operation(.usersUntold))
        #expect(users(lifecycle) == FakeUsers())
    }
}
