import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Testing

@testable import Operations

/// No Sentinel can promote a target that has not got everything.
struct CandidacyTests {
    @Test(
        arguments: [
            (SyncState.online(offset: 1), true, Candidacy.Verdict.granted), (.online(offset: 1), false, nil),
            (.preparing, true, .withheld), (.fullSync(nil), true, .withheld), (.loading, true, .withheld),
            (.connecting, true, .withheld), (.linkDown(since: .seconds(10)), true, .withheld),
            (.linkDown(since: .seconds(9)), true, nil),
            // A Dragonfly, which begins anew once it is connected again.
            (.linkDown(since: nil), true, .withheld), (.notFollowing, true, nil),
        ] as [(SyncState, Bool, Candidacy.Verdict?)])
    func `what the target says of its sync decides`(
        _ state: SyncState, _ isClose: Bool, _ verdict: Candidacy.Verdict?
    ) {
        #expect(Candidacy.verdict(state, isClose: isClose) == verdict)
    }

    private func lifecycle(_ node: NodeID, sentinels: Int = 3, _ change: (inout SmallWorld) -> Void = { _ in }) throws
        -> Lifecycle
    {
        var world = SmallWorld(sentinels: sentinels)
        world.isApplicationEverywhere = false
        world.advance(by: .seconds(12))
        change(&world)
        return Lifecycle(try .small(sentinels: sentinels), world, node: node)
    }

    private func shown(_ lifecycle: Lifecycle) -> [Int?] {
        lifecycle.world.read { world in
            world.sentinels.map { sentinel in
                sentinel.replicas.contains(SmallWorld.target) ? sentinel.looks[SmallWorld.target]?.priority : nil
            }
        }
    }

    @Test func `the first that the Sentinels read of a target is that it cannot be promoted`() async throws {
        let lifecycle = try lifecycle("replicaof")
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        let log = lifecycle.world.read(\.log)
        let set = try #require(log.firstIndex { $0.hasSuffix("CONFIG SET REPLICA-PRIORITY 0") })
        let follow = try #require(log.firstIndex { $0.contains("REPLICAOF") })
        #expect(set < follow)
        process.sleep(until: process.time + .seconds(12))
        #expect(shown(lifecycle) == [0, 0, 0])
    }

    /// They read the priority of a replica only, and this one has just been made a primary.
    @Test func `Sentinels that remember another priority forget the target before it follows`() async throws {
        let lifecycle = try lifecycle("replicaof") { world in
            world.instances[SmallWorld.target]?.follows = SmallWorld.source
            world.advance(by: .seconds(11))
            world.instances[SmallWorld.target]?.follows = nil
            world.instances[SmallWorld.target]?.writes = []
        }
        #expect(shown(lifecycle) == [100, 100, 100])
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        #expect(!shown(lifecycle).contains(100))
        process.sleep(until: process.time + .seconds(12))
        #expect(shown(lifecycle) == [0, 0, 0])
    }

    @Test(arguments: [("100", "100"), ("7", "7"), ("0", "100")])
    func `a target that has everything can be promoted`(_ before: String, _ after: String) async throws {
        let lifecycle = try lifecycle("replicaof") {
            $0.instances[SmallWorld.target]?.settings["replica-priority"] = before
        }
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        let memory = try #require(process.undo).decode(ReplicaOfMemory.self)
        #expect(memory.priority == before)
        #expect(lifecycle.world.read { $0.target.settings["replica-priority"] } == "0")

        let servers = try process.servers(lifecycle.plan)
        let candidacy = try #require(Candidacy(servers, original: memory.priority))
        try await candidacy.adapt(to: .online(offset: 1), priority: 0)
        #expect(lifecycle.world.read { $0.target.settings["replica-priority"] } == after)

        _ = try await lifecycle.undo(process)
        #expect(lifecycle.world.read { $0.target.settings["replica-priority"] } == before)
        #expect(lifecycle.world.read { $0.target.settings["proc-title-template"]?.contains("planrun") } == false)
    }

    @Test func `a target that followed before goes on following after the way back`() async throws {
        let lifecycle = try lifecycle("replicaof") { $0.instances[SmallWorld.target]?.follows = SmallWorld.source }
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        let servers = try process.servers(lifecycle.plan)
        let memory = try #require(process.undo).decode(ReplicaOfMemory.self)
        try await Candidacy(servers, original: memory.priority)?.adapt(to: .fullSync(nil), priority: 100)
        #expect(lifecycle.world.read { $0.target.settings["replica-priority"] } == "0")
        #expect(try await lifecycle.undo(process) == nil)
        #expect(lifecycle.world.read { $0.target.follows } == SmallWorld.source)
        #expect(lifecycle.world.read { $0.target.settings["replica-priority"] } == "100")
    }

    @Test func `without Sentinels nothing is kept from anybody`() async throws {
        let process = FakeProcess(SharedWorld(SmallWorld(sentinels: 0)))
        let servers = try process.servers(.small(failover: "{ via: promote }", sentinels: 0))
        #expect(Candidacy(servers, original: "100") == nil)
        #expect(try await Candidacy.original(servers) == nil)
    }
}
