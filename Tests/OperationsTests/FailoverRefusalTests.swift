import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// Users that may not do everything, and servers that are restarted at the worst moment.
struct FailoverRefusalTests {
    private func lifecycle(
        via: String = "sentinel", forbidding commands: [Endpoint: [String]] = [:]
    ) throws -> Lifecycle {
        let count = via == "promote" ? 0 : 1
        var world = SmallWorld.following(sentinels: count)
        world.forbidden = commands
        return Lifecycle(try .small(failover: "{ via: \(via) }", sentinels: count), world, node: "failover")
    }

    private func fail(_ lifecycle: Lifecycle, _ process: FakeProcess) async -> StepFailure? {
        await #expect(throws: StepFailure.self) { try await lifecycle.run(process) }
    }

    private static let sentinel = Endpoint(host: SmallWorld.sentinelHost, port: 26379)

    @Test(arguments: [
        ("sentinel", SmallWorld.source, "CLIENT PAUSE"), ("promote", SmallWorld.source, "CLIENT PAUSE"),
        ("sentinel", Self.sentinel, "SENTINEL FAILOVER"), ("promote", SmallWorld.target, "REPLICAOF NO"),
        ("shutdown", SmallWorld.source, "SHUTDOWN"),
        ("sentinel", SmallWorld.source, "CONFIG SET MIN-REPLICAS-TO-WRITE 1"),
        ("sentinel", SmallWorld.source, "CONFIG SET REPLICA-PRIORITY 0"),
    ])
    func `what is refused before the promotion leaves everything as it was`(
        _ via: String, _ server: Endpoint, _ command: String
    ) async throws {
        let lifecycle = try lifecycle(via: via, forbidding: [server: [command]])
        let failure = await fail(lifecycle, FakeProcess(lifecycle.world))
        #expect(failure?.code == .operation(.serverRefused))
        #expect(failure?.help == ["give planrun's user on \(server) the right to run this command"])
        #expect(failure?.world.first?.hasPrefix("nothing was promoted; the write pause was lifted after ") == true)
        lifecycle.expectAsBefore()
    }

    @Test func `a promotion that only the Sentinel may make is left to it`() async throws {
        let lifecycle = try lifecycle(forbidding: [SmallWorld.target: ["REPLICAOF NO"]])
        try await lifecycle.run(FakeProcess(lifecycle.world))
        lifecycle.expectCutOver()
    }

    @Test func `a demotion that is refused is said, and done by the Sentinel`() async throws {
        let lifecycle = try lifecycle(forbidding: [SmallWorld.source: ["REPLICAOF"]])
        let process = FakeProcess(lifecycle.world)
        let failure = await fail(lifecycle, process)
        #expect(failure?.code == .operation(.oldPrimaryNotSettled))
        #expect(
            failure?.what
                == "10.0.0.2:6379 is the primary, but source 10.0.0.1:6379 could not be brought to rest: source 10.0.0.1:6379 refused 'REPLICAOF 10.0.0.2 6379': NOPERM this user has no permissions to run the command"
        )
        process.sleep(until: process.time + .seconds(40))
        try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
        lifecycle.expectCutOver()
    }

    @Test func `without Sentinel a demotion that is refused leaves the source fenced`() async throws {
        let lifecycle = try lifecycle(via: "promote", forbidding: [SmallWorld.source: ["REPLICAOF"]])
        let process = FakeProcess(lifecycle.world)
        #expect(await fail(lifecycle, process)?.code == .operation(.oldPrimaryNotSettled))
        process.sleep(until: process.time + .seconds(60))
        let world = lifecycle.world.read { $0 }
        #expect(world.source.follows == nil)
        #expect(!world.accepts(SmallWorld.source))
        #expect(world.splits == [])
        #expect(world.lost(on: SmallWorld.target) == [])
        lifecycle.world.change { $0.forbidden = [:] }
        try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
        lifecycle.expectCutOver()
    }

    @Test func `a source that is restarted while the intent is written loses no write`() async throws {
        let lifecycle = try lifecycle(via: "promote")
        let process = FakeProcess(lifecycle.world) { world, count in
            // The first write of the state file records the settings as they were, the second the intent to promote.
            guard count == 2 else { return }
            world.change { world in
                let kept = world.source.writes
                world.instances[SmallWorld.source] = FakeInstance(
                    writes: kept, isKnownToClients: true, startedAt: world.now)
                world.advance(by: .milliseconds(40))
            }
        }
        try await lifecycle.run(process)
        lifecycle.expectCutOver()
    }

    @Test func `a target that is restarted during the drain is not promoted, and the source takes writes again`()
        async throws
    {
        let lifecycle = try lifecycle()
        let process = FakeProcess(lifecycle.world) { world, count in
            // The three writes record the settings as they were, the method, and the intent.
            guard count == 3 else { return }
            world.change { world in
                world.instances[SmallWorld.target] = FakeInstance(startedAt: world.now)
                for index in world.sentinels.indices { world.sentinels[index].isInTilt = true }
            }
        }
        let failure = await fail(lifecycle, process)
        #expect(failure?.code == .operation(.targetDoesNotFollow))
        let world = lifecycle.world.read { $0 }
        #expect(world.accepts(SmallWorld.source))
        #expect(world.source.settings == FakeInstance().settings)
    }

    @Test(arguments: [("announce", 3, OperationFailure.targetDoesNotFollow), ("promote", 0, .promotionUnknown)])
    func `nobody follows a target that comes back without its data in the moment of its promotion`(
        _ via: String, _ sentinels: Int, _ code: OperationFailure
    ) async throws {
        var world = SmallWorld.following(sentinels: sentinels)
        world.restartsAtPromotion = true
        let lifecycle = Lifecycle(
            try .small(failover: "{ via: \(via) }", sentinels: sentinels), world, node: "failover")
        let failure = await fail(lifecycle, FakeProcess(lifecycle.world))
        #expect(failure?.code == .operation(code))
        // With Sentinels the attempt is stepped back from, and the next one finds a target that does not follow.
        if sentinels == 0 {
            #expect(failure?.what.contains("was started again while its promotion was asked for") == true)
        }
        let left = lifecycle.world.read { $0 }
        #expect(left.target.life != "")
        #expect(left.source.follows == nil)
        #expect(!left.source.writes.isEmpty)
        #expect(left.lost(on: SmallWorld.source) == [])
    }

    @Test(arguments: ["sentinel", "announce", "promote"])
    func `a target that is gone after its promotion is named, and the run goes on once it is back`(
        via: String
    ) async throws {
        let lifecycle = try lifecycle(via: via)
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        lifecycle.world.change { $0.instances[SmallWorld.target]?.isUp = false }
        let failure = await fail(lifecycle, FakeProcess(lifecycle.world, undo: process.undo))
        #expect(failure?.code == .operation(.targetSilent))
        let what = failure?.what.replacing(/at [-\d]*T[:.\d]*Z/, with: "at TIME")
        #expect(what == "target 10.0.0.2:6379 was promoted at TIME, or was about to be, and does not answer")
        let restart = "start 10.0.0.2:6379 again with its data, then resume; until it answers no write is taken"
        #expect(failure?.help.first == restart)
        lifecycle.world.change { $0.instances[SmallWorld.target]?.isUp = true }
        try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
        lifecycle.expectCutOver()
    }
}
