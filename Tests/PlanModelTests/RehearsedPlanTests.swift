import Testing

@testable import PlanModel

@Suite struct RehearsedPlanTests {
    private let cast = RehearsalCast(
        watcher: ("watcher", .file("watcher.secret")), application: .file("application.secret"),
        replication: ("follower", .file("replication.secret")), source: .file("source.secret"), runsCommands: true)

    @Test func `a rehearsal carries every step of a plan out, with secrets of its own`() throws {
        let plan = try readFixture("everything")
        let rehearsed = plan.rehearsed(cast)
        #expect(rehearsed.steps.map(\.id) == plan.steps.map(\.id))
        #expect(rehearsed.steps.map(\.needs) == plan.steps.map(\.needs))
        #expect(rehearsed.receivers == plan.receivers)
    }

    @Test func `commands are left out unless they are asked for`() throws {
        var cast = cast
        cast.runsCommands = false
        let plan = try readFixture("everything")
        let rehearsed = plan.rehearsed(cast)
        #expect(rehearsed.steps.map(\.id) == plan.steps.map(\.id).filter { $0 != "run" })
        #expect(rehearsed.steps.first { $0.id == "after" }?.needs == ["watch"])
        #expect(rehearsed.receivers == [])
    }

    @Test func `what needed a step that is left out needs what that one needed`() throws {
        let plan = try readFixture("everything")
        let ids = plan.steps.map(\.id)
        let rest = plan.leavingOut { $0.id == ids[1] || $0.id == ids[2] }
        #expect(rest.steps.map(\.id) == [ids[0]] + ids[3...])
        let kept = Set(rest.steps.map(\.id))
        #expect(rest.steps.allSatisfy { kept.isSuperset(of: $0.needs) })
        #expect(rest.steps[1].needs == [ids[0]])
    }

    @Test func `credentials become those of the private servers`() {
        #expect(
            MonitorStep(username: "s", password: .environment("S")).rehearsed(cast)
                == MonitorStep(username: "watcher", password: .file("watcher.secret")))
        #expect(
            UsersStep(passwords: ["app": .environment("APP")]).rehearsed(cast)
                == UsersStep(passwords: ["app": .file("application.secret")]))
        #expect(
            ReplicaOfStep(username: "follower", password: .environment("F")).rehearsed(cast)
                == ReplicaOfStep(username: "follower", password: .file("replication.secret")))
        #expect(
            ReplicaOfStep(username: "me", password: .environment("M")).rehearsed(cast)
                == ReplicaOfStep(username: "me", password: .file("source.secret")))
        #expect(ReplicaOfStep().rehearsed(cast) == ReplicaOfStep())
    }

    @Test func `what a step has to find is asked of the private servers`() {
        var scene = RehearsalScene()
        FailoverStep().demand(&scene)
        #expect(scene.isSourceWatched && scene.replicationUser == nil && scene.applicationUsers.isEmpty)
        MonitorStep().demand(&scene)
        ReplicaOfStep(username: "follower").demand(&scene)
        UsersStep(passwords: ["b": .environment("B"), "a": .environment("A")]).demand(&scene)
        #expect(!scene.isSourceWatched)
        #expect(scene.replicationUser == "follower")
        #expect(scene.applicationUsers == ["a", "b"])
        UsersStep().demand(&scene)
        #expect(scene.applicationUsers == ["rehearsal-app"])
    }
}
