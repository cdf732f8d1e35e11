import Execution
import PlanGraph
import PlanModel
import RESP
import Testing

@testable import Operations

/// What a return to the source would cost, and how the given-up writes are counted.
struct GivenUpWritesTests {
    private func bench(_ change: (inout SmallWorld) -> Void = { _ in }) async throws -> (Lifecycle, FakeProcess) {
        let lifecycle = Lifecycle(try .small(rollback: "discard-writes"), .following(), node: "failover")
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.world.change { change(&$0) }
        process.sleep(until: process.time + .seconds(5))
        return (lifecycle, process)
    }

    private func read(_ lifecycle: Lifecycle, _ process: FakeProcess) async throws -> GivenUpWrites {
        let memory = try #require(process.undo).decode(FailoverMemory.self)
        return try await GivenUpWrites.read(process.servers(lifecycle.plan), memory)
    }

    @Test func `nothing is given up while the source follows in sync`() async throws {
        let (lifecycle, process) = try await bench()
        let given = try await read(lifecycle, process)
        #expect(given.count == 0)
        #expect(given.sentence == "going back loses no write: the source follows the target and is in sync")
    }

    @Test func `a target that does not answer has what it did not pass on to a source that follows it`() async throws {
        let (lifecycle, process) = try await bench { $0.instances[SmallWorld.target]?.isUp = false }
        let given = try await read(lifecycle, process)
        #expect(given.count == nil && given.isTargetSilent)
        #expect(
            given.sentence.hasPrefix(
                "going back loses the writes that 10.0.0.2:6379 acknowledged and did not pass on to the source"))
    }

    @Test(arguments: [false, true])
    func `a way back without loss is promised with the write gap of the cutover`(isMeasured: Bool) async throws {
        let (lifecycle, process) = try await bench()
        var memory = try #require(process.undo).decode(FailoverMemory.self)
        memory.cutover.measurements.writeGap = isMeasured ? 0.3149 : nil
        let servers = try process.servers(.small(rollback: "keep"))
        let offer = try await ReturnOffer.read(servers, undo: StateValue(memory))
        #expect(offer.rule == .keep && offer.cost.count == 0)
        #expect(
            offer.promise == "No write will be lost; writes stall for about "
                + (isMeasured ? "0.31 s, as in the cutover" : "0.3 s, as measured elsewhere via sentinel"))
        #expect(
            try await ReturnOffer.read(process.servers(lifecycle.plan), undo: StateValue(memory)).rule == .discardWrites
        )
    }

    @Test(arguments: [FailoverStep.Resting.follow, .fenced])
    func `without a word in the plan the way back is kept where the source follows`(
        resting: FailoverStep.Resting
    ) throws {
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            steps: [replicaof: {}, wait-for-sync: {}, failover: { via: promote }]
            """)
        var memory = FailoverMemory(cutover: CutoverMemory())
        memory.cutover.resting = resting
        let rule = ReturnOffer.rule(plan, undo: StateValue(memory))
        #expect(rule == (resting == .follow ? .keep : .stop))
        // A source that could not follow was left as a replica that is refused.
        memory.cutover.isRefused = true
        #expect(ReturnOffer.rule(plan, undo: StateValue(memory)) == .stop)
    }

    @Test func `a source that does not follow has none of the writes since`() async throws {
        let (lifecycle, process) = try await bench { $0.instances[SmallWorld.source]?.isUp = false }
        let given = try await read(lifecycle, process)
        let count = try #require(given.count)
        #expect(count > 50)
        #expect(
            given.sentence
                == "going back loses \(count) writes: the source does not follow the target and has none of them"
        )
    }

    @Test func `a target that was restarted since cannot tell the number`() async throws {
        let (lifecycle, process) = try await bench {
            $0.instances[SmallWorld.source]?.isUp = false
            $0.replies[SmallWorld.target] = [
                "INFO COMMANDSTATS": .info(["# Commandstats", "cmdstat_set:calls=3,usec=1"])
            ]
        }
        let given = try await read(lifecycle, process)
        #expect(given.count == nil)
        #expect(
            given.sentence.replacing(/since [-\d]*T[:.\d]*Z/, with: "since TIME")
                == "going back loses all writes since TIME: the source does not follow the target, and their number is not known"
        )
    }

    @Test func `only commands that write are counted, by what the server calls writing`() async throws {
        var world = SmallWorld.following()
        world.replies[SmallWorld.target] = [
            "COMMAND": .array([
                .array([.text("SET"), .integer(-3), .words(["write", "denyoom"])]),
                .array([.text("get"), .integer(2), .words(["readonly"])]),
                .array([.text("lpush"), .integer(-3), .words(["write"])]),
            ]),
            "INFO COMMANDSTATS": .info([
                "# Commandstats", "cmdstat_set:calls=5,usec=1", "cmdstat_get:calls=100,usec=1",
                "cmdstat_LPUSH:calls=2,usec=1",
            ]),
        ]
        let process = FakeProcess(SharedWorld(world))
        let counter = try await WriteCounter(process.servers(.small()).target)
        #expect(try await counter.calls() == 7)
    }
}
