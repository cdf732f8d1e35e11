import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Execution
@testable import Operations

/// A plan that names another source by now, and a run that has begun with the former one.
struct SourceAdoptionTests {
    private static let third = Endpoint(host: "10.0.0.3", port: 6379)

    /// A source that has died, and another replica that the Sentinels have made the primary.
    private func replaced(_ change: (inout SmallWorld) -> Void = { _ in }) -> SharedWorld {
        var world = SmallWorld.following()
        world.isApplicationWriting = false
        world.instances[Self.third] = FakeInstance(writes: world.source.writes)
        world.instances[SmallWorld.source]?.isUp = false
        for index in world.sentinels.indices { world.sentinels[index].named = Self.third }
        change(&world)
        return SharedWorld(world)
    }

    private func adopt(_ world: SharedWorld) async throws -> SourceAdoption.Outcome {
        let recorded = try Plan.small()
        var plan = recorded
        plan.source.endpoint = Self.third
        let process = FakeProcess(world)
        let compiled = CompiledPlan(recorded)
        var state = RunState(
            planPath: "plan.yaml", planName: "small", plan: "", graph: compiled.graph, lineage: "first", now: .now)
        let memory = ReplicaOfMemory(wasEmpty: true, credentials: .init(), priority: "100")
        for index in state.nodes.indices where state.nodes[index].id == "replicaof" {
            (state.nodes[index].status, state.nodes[index].undo) = (.succeeded, StateValue(memory))
        }
        return try await SourceAdoption(
            process.servers(plan), former: process.servers(recorded), recorded: compiled
        ).run(state)
    }

    @Test func `a target that follows the new source already has nothing to lose`() async throws {
        let outcome = try await adopt(replaced { $0.instances[SmallWorld.target]?.follows = Self.third })
        let memory = try #require(try outcome.undo["replicaof"]?.decode(ReplicaOfMemory.self))
        #expect(memory.wasEmpty && memory.priority == "100" && memory.former == SmallWorld.source)
        #expect(memory.baseline?.source?.runID == "run-of-10.0.0.3:6379")
    }

    @Test func `a target whose data the new source may not have is not made to follow it`() async throws {
        let failure = await #expect(throws: StepFailure.self) { try await adopt(replaced()) }
        #expect(failure?.code == .operation(.sourceNotAdopted))
        #expect(failure?.what.hasPrefix("nothing shows that 10.0.0.3:6379 has the ") == true)
    }

    @Test func `a new source that continues the history of the former one has everything`() async throws {
        let world = replaced {
            $0.replies[SmallWorld.target] = ["INFO REPLICATION": Self.replica(offset: 100)]
            $0.replies[Self.third] = ["INFO REPLICATION": Self.successor(beyond: 101)]
        }
        #expect(try await adopt(world).undo["replicaof"] != nil)
        world.change { $0.replies[SmallWorld.target] = ["INFO REPLICATION": Self.replica(offset: 140)] }
        let failure = await #expect(throws: StepFailure.self) { try await adopt(world) }
        #expect(failure?.what == "10.0.0.2:6379 has 40 bytes of writes that 10.0.0.3:6379 lacks")
    }

    private static func replica(offset: Int) -> RESPValue {
        .info([
            "# Replication", "role:slave", "master_host:10.0.0.1", "master_port:6379", "master_link_status:down",
            "master_link_down_since_seconds:5", "slave_repl_offset:\(offset)", "master_replid:aaa",
        ])
    }

    private static func successor(beyond: Int) -> RESPValue {
        .info([
            "# Replication", "role:master", "master_replid:bbb", "master_replid2:aaa", "second_repl_offset:\(beyond)",
            "master_repl_offset:900",
        ])
    }

    @Test func `while the former source is a primary, too, nobody knows which has the newer data`() async throws {
        let failure = await #expect(throws: StepFailure.self) {
            try await adopt(replaced { $0.instances[SmallWorld.source]?.isUp = true })
        }
        #expect(failure?.what == "10.0.0.1:6379 is a primary, too: applications may write to either of the two")
    }

    @Test func `a server that the Sentinels do not name is not the new source`() async throws {
        let failure = await #expect(throws: StepFailure.self) {
            try await adopt(replaced { $0.sentinels[0].named = SmallWorld.source })
        }
        #expect(failure?.what == "Sentinel 10.0.0.9:26379 names 10.0.0.1:6379 as the primary, and not 10.0.0.3:6379")
    }
}
