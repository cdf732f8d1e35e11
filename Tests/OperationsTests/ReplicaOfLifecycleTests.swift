import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// Following the source, from an empty target to one that stands alone again.
struct ReplicaOfLifecycleTests {
    private func lifecycle(
        sentinels: Int = 1, _ settings: String = "{}", _ change: (inout SmallWorld) -> Void = { _ in }
    ) throws -> Lifecycle {
        var world = SmallWorld(sentinels: sentinels)
        world.isApplicationEverywhere = false
        world.advance(by: .seconds(12))
        change(&world)
        let failover = sentinels == 0 ? "{ via: promote }" : "{}"
        return Lifecycle(
            try .small(failover: failover, sentinels: sentinels, replicaof: settings), world, node: "replicaof")
    }

    @Test(arguments: [0, 1, 3])
    func `it follows, changes nothing when performed again, and is undone`(_ sentinels: Int) async throws {
        let lifecycle = try lifecycle(sentinels: sentinels)
        let process = FakeProcess(lifecycle.world)
        #expect(try await lifecycle.attempt(process).result.summary == "the target follows 10.0.0.1:6379")
        #expect(lifecycle.world.read(\.target.follows) == SmallWorld.source)

        let log = lifecycle.world.read(\.log)
        let again = try await lifecycle.attempt(process)
        #expect(again.unchanged == "the target already follows 10.0.0.1:6379")
        #expect(lifecycle.world.read(\.log) == log)

        process.sleep(until: process.time + .seconds(15))
        let undone = try await lifecycle.undo(process)
        #expect(undone == "10.0.0.2:6379 no longer follows 10.0.0.1:6379 and is empty again, as before the run")
        expectDetached(lifecycle, process)
        #expect(try await lifecycle.undo(process) != nil)
        expectDetached(lifecycle, process)
    }

    @Test func `a target that cannot be told from the source is not made to follow, and is asked again`() async throws {
        let lifecycle = try lifecycle {
            $0.replies[SmallWorld.target] = ["INFO SERVER": .refusal("LOADING Redis is loading the dataset in memory")]
        }
        let failure = await #expect(throws: StepFailure.self) {
            try await lifecycle.attempt(FakeProcess(lifecycle.world))
        }
        #expect(failure?.code == .operation(.serverUnidentified))
        #expect(failure?.isTransient == true)
        #expect(failure?.help.contains { $0.hasPrefix("planrun connects to both addresses") } == true)
        #expect(lifecycle.world.read(\.target.follows) == nil)
    }

    /// The world after a failover of the Sentinels, with the source back as a primary.
    private func promoteBySentinels(_ world: inout SmallWorld) {
        world.instances[SmallWorld.target]?.follows = nil
        for index in world.sentinels.indices { world.sentinels[index].named = SmallWorld.target }
    }

    @Test func `a target that the Sentinels have promoted is never made to follow, whatever was there before`()
        async throws
    {
        let lifecycle = try lifecycle()
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        lifecycle.world.change { promoteBySentinels(&$0) }
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.attempt(process) }
        #expect(failure?.code == .operation(.targetIsPrimary))
        #expect(failure?.what == "Sentinel 10.0.0.9:26379 names the target as the primary already")
        #expect(lifecycle.world.read(\.target.follows) == nil)
    }

    @Test func `a target that the Sentinels have promoted is not emptied by a rollback`() async throws {
        let lifecycle = try lifecycle()
        let process = FakeProcess(lifecycle.world)
        _ = try await lifecycle.attempt(process)
        process.sleep(until: process.time + .seconds(15))
        lifecycle.world.change { promoteBySentinels(&$0) }
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.undo(process) }
        #expect(failure?.code == .operation(.targetIsPrimary))
        #expect(failure?.world.last == "its data was not touched")
        #expect(lifecycle.world.read { !$0.target.writes.isEmpty })
    }

    private func expectDetached(_ lifecycle: Lifecycle, _ process: FakeProcess, _ comment: Comment? = nil) {
        // Long enough for a Sentinel that still knew the target to make it follow again.
        process.sleep(until: process.time + .seconds(60))
        let world = lifecycle.world.read { $0 }
        #expect(world.target.follows == nil, comment)
        #expect(world.target.writes == [], comment)
        #expect(world.target.settings == FakeInstance().settings, comment)
        #expect(world.target.file?.follows == nil, comment)
        #expect([nil, FakeInstance().settings].contains(world.target.file?.settings), comment)
        #expect(world.source.follows == nil && world.accepts(SmallWorld.source), comment)
        #expect(world.lost(on: SmallWorld.source) == [], comment)
        #expect(world.sentinels.allSatisfy { $0.named == SmallWorld.source }, comment)
    }

    @Test func `killed anywhere, it goes on or goes back`() async throws {
        for moment in 1...100 {
            for goesBack in [false, true] {
                let lifecycle = try lifecycle()
                let process = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment))
                _ = try? await lifecycle.attempt(process)
                let later = FakeProcess(lifecycle.world, undo: process.undo)
                if goesBack {
                    _ = try await lifecycle.undo(later)
                    expectDetached(lifecycle, later, "\(moment)")
                } else {
                    try await lifecycle.run(later)
                    #expect(lifecycle.world.read(\.target.follows) == SmallWorld.source, "\(moment)")
                }
                if goesBack, !process.isStruck { return }
            }
        }
        Issue.record("following has more moments than were tried")
    }

    @Test func `an undo that is killed anywhere can be repeated`() async throws {
        for moment in 1...200 {
            let lifecycle = try lifecycle()
            let process = FakeProcess(lifecycle.world)
            try await lifecycle.run(process)
            process.sleep(until: process.time + .seconds(15))
            let dying = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment), undo: process.undo)
            _ = try? await lifecycle.undo(dying)
            let later = FakeProcess(lifecycle.world, undo: dying.undo)
            _ = try await lifecycle.undo(later)
            expectDetached(lifecycle, later, "\(moment)")
            if !dying.isStruck { return }
        }
        Issue.record("an undo has more moments than were tried")
    }

    @Test func `a target that holds keys is refused, and replaced only if the plan says so`() async throws {
        let keys: (inout SmallWorld) -> Void = { $0.instances[SmallWorld.target]?.writes = [1, 2] }
        let refused = try lifecycle("{}", keys)
        let failure = await #expect(throws: StepFailure.self) {
            try await refused.attempt(FakeProcess(refused.world))
        }
        #expect(failure?.code == .operation(.targetHoldsKeys))
        #expect(failure?.what == "the target holds 2 keys, which the full sync would delete")
        #expect(refused.world.read(\.log) == [])

        let replaced = try lifecycle("{ replace-data: true }", keys)
        let process = FakeProcess(replaced.world)
        try await replaced.run(process)
        process.sleep(until: process.time + .seconds(1))
        #expect(
            try await replaced.undo(process)
                == "10.0.0.2:6379 no longer follows 10.0.0.1:6379 and keeps the copy it has; its former data is gone")
    }

    @Test func `a target that follows another server is left alone, also by the way back`() async throws {
        let other = Endpoint(host: "10.0.0.3", port: 6379)
        let lifecycle = try lifecycle { $0.instances[SmallWorld.target]?.follows = other }
        let process = FakeProcess(lifecycle.world)
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.attempt(process) }
        #expect(failure?.code == .operation(.targetFollowsAnother))
        let memory = ReplicaOfMemory(wasEmpty: true, credentials: .init())
        let later = FakeProcess(lifecycle.world, undo: StateValue(memory))
        let undoing = await #expect(throws: StepFailure.self) { try await lifecycle.undo(later) }
        #expect(undoing?.code == .operation(.targetFollowsAnother))
        #expect(lifecycle.world.read(\.log) == [])
    }

    @Test func `a refusal to follow is said with what is still true`() async throws {
        let lifecycle = try lifecycle {
            $0.replies[SmallWorld.target] = ["REPLICAOF": .refusal("ERR replication cancelled")]
        }
        let failure = await #expect(throws: StepFailure.self) {
            try await lifecycle.attempt(FakeProcess(lifecycle.world))
        }
        #expect(failure?.code == .operation(.replicaofRefused))
        #expect(failure?.what == "the target refused to follow the source: ERR replication cancelled")
        #expect(failure?.world == ["the target keeps its role and its data; 10.0.0.1:6379 takes writes as before"])
    }
}
