import Execution
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// The two fences: the pause, of whose end planrun has to be sure, and the write rule, which stays when planrun dies.
struct WriteProtectionTests {
    private struct Bench {
        let world: SharedWorld
        let process: FakeProcess
        let server: Server

        init(_ mishap: Mishap = .none, _ change: (inout SmallWorld) -> Void = { _ in }) throws {
            var small = SmallWorld.following(sentinels: 0)
            change(&small)
            world = SharedWorld(small)
            process = FakeProcess(world, mishap)
            server = try process.servers(.small(failover: "{ via: promote }", sentinels: 0)).source
        }

        func pause(_ length: Duration = .seconds(2), longest: Duration = .seconds(5)) -> WritePause {
            WritePause(on: server, length: length, longest: longest, clock: WorldClock(process: process))
        }

        func wait(_ duration: Duration) { process.sleep(until: process.time + duration) }
        var isHeld: Bool { world.read { !$0.accepts(SmallWorld.source) } }
    }

    @Test func `a pause is certain for its length from when it was sent`() async throws {
        let bench = try Bench()
        var pause = bench.pause()
        #expect(!pause.isCertain)
        #expect(pause.elapsed == .zero)
        let offset = try await pause.hold()
        #expect(offset == bench.world.read { Int64($0.source.writes.count * 40) })
        #expect(pause.isCertain)
        bench.wait(.milliseconds(1_990))
        #expect(pause.isCertain)
        #expect(bench.isHeld)
        bench.wait(.milliseconds(20))
        #expect(!pause.isCertain)
    }

    @Test func `a pause that is renewed in time never ended`() async throws {
        let bench = try Bench()
        var pause = bench.pause()
        _ = try await pause.hold()
        bench.wait(.milliseconds(1_500))
        #expect(await pause.renew())
        bench.wait(.milliseconds(1_500))
        #expect(pause.isCertain)
        #expect(bench.isHeld)
    }

    @Test func `a pause that has ended is not renewed`() async throws {
        let bench = try Bench()
        var pause = bench.pause()
        _ = try await pause.hold()
        bench.wait(.seconds(3))
        #expect(await !pause.renew())
        #expect(!bench.isHeld)
    }

    @Test func `a renewal without reply promises nothing more`() async throws {
        let bench = try Bench(Mishap(kind: .replyLost, moment: 3))
        var pause = bench.pause()
        _ = try await pause.hold()
        bench.wait(.seconds(1))
        #expect(await pause.renew())
        #expect(pause.remaining < .seconds(1))
    }

    @Test func `a pause is never longer than its limit`() async throws {
        let bench = try Bench()
        var pause = bench.pause(.seconds(2), longest: .seconds(3))
        _ = try await pause.hold()
        bench.wait(.milliseconds(1_900))
        #expect(await pause.renew())
        #expect(pause.remaining < .milliseconds(1_100))
        bench.wait(.milliseconds(1_080))
        #expect(await pause.renew())
        bench.wait(.milliseconds(50))
        #expect(await !pause.renew())
        #expect(!bench.isHeld)
        let failure = await #expect(throws: StepFailure.self) { try await pause.hold() }
        #expect(failure?.code == .operation(.pauseEnded))
        #expect(failure?.isTransient == true)
    }

    @Test func `a first pause keeps to the limit as well`() async throws {
        let bench = try Bench()
        var pause = bench.pause(.seconds(30), longest: .milliseconds(900))
        _ = try await pause.hold()
        #expect(pause.remaining < .milliseconds(900))
        bench.wait(.seconds(1))
        #expect(!bench.isHeld)
    }

    @Test func `a pause that is held again after it ended has seen what was written meanwhile`() async throws {
        let bench = try Bench()
        var pause = bench.pause(.milliseconds(500))
        let before = try #require(try await pause.hold())
        bench.wait(.seconds(1))
        let after = try #require(try await pause.hold())
        #expect(after > before)
        #expect(pause.isCertain)
        #expect(after == bench.world.read { Int64($0.source.writes.count * 40) })
    }

    @Test(arguments: [
        (configured: "0", lag: "10", others: 0, expected: "1"), (configured: "0", lag: "10", others: 2, expected: "3"),
        (configured: "1", lag: "10", others: 1, expected: "2"), (configured: "3", lag: "10", others: 0, expected: "3"),
        (configured: "1", lag: "0", others: 0, expected: "1"),
    ])
    func `the write rule needs every replica that is in sync, and no fewer than before`(
        _ configured: String, _ lag: String, _ others: Int, _ expected: String
    ) async throws {
        let bench = try Bench { world in
            world.instances[SmallWorld.source]?.settings["min-replicas-to-write"] = configured
            world.instances[SmallWorld.source]?.settings["min-replicas-max-lag"] = lag
            for index in 0..<others {
                world.instances[Endpoint(host: "10.0.1.\(index)", port: 6379)] = FakeInstance(
                    follows: SmallWorld.source)
            }
        }
        let fence = Fence(primary: bench.server)
        let prior = try await fence.prior()
        #expect(
            prior == ["min-replicas-to-write": configured, "min-replicas-max-lag": lag, "replica-priority": "100"])
        try await fence.raise(over: prior, needsReplica: true)
        let settings = bench.world.read(\.source.settings)
        #expect(settings["min-replicas-to-write"] == expected)
        #expect(settings["min-replicas-max-lag"] == (lag == "0" ? "10" : lag))
        #expect(settings["replica-priority"] == "0")
        #expect(try await !fence.isAtRest(prior) || expected == configured && lag != "0")
        try await fence.bringToRest(prior)
        #expect(try await fence.isAtRest(prior))
        #expect(bench.world.read(\.source.settings["replica-priority"]) == "0")
        try await fence.send(fence.allCommands(prior))
        #expect(bench.world.read(\.source.settings["replica-priority"]) == "100")
    }

    @Test func `a fence that no replica holds up is not raised`() async throws {
        let bench = try Bench { $0.instances[SmallWorld.target]?.follows = nil }
        let fence = Fence(primary: bench.server)
        let prior = try await fence.prior()
        let failure = await #expect(throws: StepFailure.self) { try await fence.raise(over: prior, needsReplica: true) }
        #expect(failure?.code == .operation(.noReplicaInSync))
        #expect(bench.world.read(\.source.settings) == FakeInstance().settings)
        try await fence.raise(over: prior, needsReplica: false)
        #expect(bench.world.read(\.source.settings["replica-priority"]) == "0")
    }

    @Test func `a Dragonfly is fenced by its priority alone`() async throws {
        let bench = try Bench { world in
            world.instances[SmallWorld.source]?.settings = ["replica-priority": "100"]
        }
        let fence = Fence(primary: bench.server)
        let prior = try await fence.prior()
        #expect(prior == ["replica-priority": "100"])
        try await fence.raise(over: prior, needsReplica: true)
        #expect(bench.world.read(\.source.settings) == ["replica-priority": "0"])
    }
}
