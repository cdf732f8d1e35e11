import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// The cutover in a small world, undisturbed.
struct FailoverLifecycleTests {
    /// How a plan cuts over, and how many Sentinels there are.
    struct Way: Sendable, CustomTestStringConvertible {
        let via: String
        let sentinels: Int
        var resting: FailoverStep.Resting?
        /// Whether another replica follows the source.
        var hasReplica = false
        var testDescription: String {
            "\(via) with \(sentinels) Sentinels" + (resting.map { ", resting: \($0.rawValue)" } ?? "")
                + (hasReplica ? ", another replica" : "")
        }

        static let all = [
            Way(via: "sentinel", sentinels: 1), Way(via: "sentinel", sentinels: 3), Way(via: "announce", sentinels: 3),
            Way(via: "promote", sentinels: 0), Way(via: "sentinel", sentinels: 1, resting: .fenced),
            Way(via: "sentinel", sentinels: 1, hasReplica: true),
        ]

        func lifecycle() throws -> Lifecycle {
            let resting = resting.map { ", resting: \($0.rawValue)" } ?? ""
            return Lifecycle(
                try .small(failover: "{ via: \(via)\(resting) }", sentinels: sentinels),
                .following(sentinels: sentinels, otherReplica: hasReplica), node: "failover")
        }
    }

    @Test(arguments: Way.all)
    func `a cutover swaps the roles, loses no write, and puts the write rule back`(_ way: Way) async throws {
        let lifecycle = try way.lifecycle()
        let result = try await lifecycle.run(FakeProcess(lifecycle.world))
        lifecycle.expectCutOver()
        #expect(result.summary.hasPrefix("10.0.0.2:6379 is the primary, and 10.0.0.1:6379 "))
        #expect(result.facts["method"]?.string == way.via)
    }

    @Test(arguments: Way.all)
    func `performed again, it changes nothing`(_ way: Way) async throws {
        let lifecycle = try way.lifecycle()
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        let log = lifecycle.world.read(\.log)
        let again = try await lifecycle.attempt(FakeProcess(lifecycle.world, undo: process.undo))
        #expect(again.unchanged == "10.0.0.2:6379 is the primary already")
        #expect(lifecycle.world.read(\.log) == log)
        lifecycle.expectCutOver()
    }

    @Test(arguments: [1, 3])
    func `a source that stood alone is the primary again, without the writes since`(_ sentinels: Int) async throws {
        var lifecycle = try Way(via: "sentinel", sentinels: sentinels, resting: .fenced).lifecycle()
        lifecycle.allowance = .counted
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.sleep(until: process.time + .seconds(15))
        #expect(lifecycle.world.read { !$0.accepts(SmallWorld.source) })
        #expect(try await lifecycle.undo(process)?.hasPrefix("10.0.0.1:6379 is the primary again") == true)
        let world = lifecycle.world.read { $0 }
        #expect(world.accepts(SmallWorld.source))
        #expect(world.source.settings == FakeInstance().settings)
        #expect(world.target.follows == SmallWorld.source)
        #expect(world.sentinels.allSatisfy { $0.shown == SmallWorld.source && $0.phantoms == 0 })
        #expect(world.splits == [])
    }

    @Test func `clients that stay on the target after the way back are named`() async throws {
        var lifecycle = try Way(via: "sentinel", sentinels: 1, resting: nil).lifecycle()
        lifecycle.allowance = .counted
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.sleep(until: process.time + .seconds(15))
        lifecycle.world.change {
            $0.replies[SmallWorld.target] = [
                "CLIENT LIST": .text(
                    """
                    id=9 addr=10.0.0.7:5000 name=worker age=60 idle=1 flags=N cmd=get lib-name=jedis lib-ver=5.1.0
                    id=10 addr=10.0.0.1:5001 name= age=60 idle=1 flags=S cmd=replconf
                    id=11 addr=10.0.0.8:5002 name= age=60 idle=1 flags=N cmd=set

                    """)
            ]
        }
        let sentence = try #require(try await lifecycle.undo(process))
        #expect(sentence.hasPrefix("10.0.0.1:6379 is the primary again; writes were held back for "))
        #expect(
            sentence.hasSuffix(
                "; 2 clients are still connected to 10.0.0.2:6379: 10.0.0.7:5000 jedis 5.1.0 'worker', 10.0.0.8:5002 last command set; they do not ask the Sentinels, or have not yet: restart those that stay"
            )
        )
    }

    /// The return makes the source the primary again by several commands, one of which the source refuses.
    @Test(arguments: [("replica-priority", true), ("min-replicas-to-write", false)])
    func `a source that stood alone and refuses a setting is promoted where it takes writes`(
        _ setting: String, isPromoted: Bool
    ) async throws {
        var lifecycle = try Way(via: "sentinel", sentinels: 3, resting: .fenced).lifecycle()
        lifecycle.allowance = .counted
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.sleep(until: process.time + .seconds(15))
        // The source gets its priority back before the return is recorded, and may refuse that as well.
        let onward = FakeProcess(lifecycle.world, undo: process.undo) { world, count in
            if count == 2 { world.change { $0.forbidden[SmallWorld.source] = ["CONFIG SET \(setting.uppercased())"] } }
        }
        await #expect(throws: StepFailure.self) { try await lifecycle.undo(onward) }
        let world = lifecycle.world.read { $0 }
        let primary = isPromoted ? SmallWorld.source : SmallWorld.target
        #expect(world.accepts(primary))
        #expect(world.sentinels.allSatisfy { $0.shown == primary })
        #expect(world.splits == [])
        lifecycle.world.change { $0.forbidden = [:] }
        #expect(try await lifecycle.undo(onward)?.hasPrefix("10.0.0.1:6379 is the primary again") == true)
        #expect(lifecycle.world.read { $0.accepts(SmallWorld.source) && $0.splits == [] })
    }

    @Test(arguments: Way.all.filter { $0.resting == nil }, [WriteAllowance.noWrite, .counted])
    func `a source that follows takes over again by the same handover backwards, and loses no write`(
        _ way: Way, _ allowance: WriteAllowance
    ) async throws {
        var lifecycle = try way.lifecycle()
        lifecycle.allowance = allowance
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.sleep(until: process.time + .seconds(15))
        let result = try #require(try await lifecycle.operation(process).undo(process.context()))
        #expect(result.summary.hasPrefix("10.0.0.1:6379 is the primary again; writes were held back for "))
        #expect(result.facts["method"]?.string == way.via)
        #expect(
            result.facts["pauseSeconds"] != nil && (way.sentinels == 0 || result.facts["slowestClientsSeconds"] != nil))
        lifecycle.expectGoneBack()
        #expect(try await lifecycle.undo(process)?.hasPrefix("10.0.0.1:6379 is the primary again") == true)
        lifecycle.expectGoneBack()
    }

    @Test func `a cutover after which the source could not follow is refused where the plan keeps a way back`()
        async throws
    {
        var world = SmallWorld.following()
        world.replies[SmallWorld.target] = ["INFO SERVER": .info(["# Server", "redis_version:8.10.0", "run_id:t"])]
        let lifecycle = Lifecycle(try .small(rollback: "keep"), world, node: "failover")
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.run(FakeProcess(lifecycle.world)) }
        #expect(failure?.code == .operation(.noWayBack))
        #expect(lifecycle.world.read(\.log) == [])
    }

    /// Nothing is given up that nobody has agreed to, whatever keeps the source from following.
    @Test(arguments: [false, true])
    func `a way back that would lose a write is not begun`(isFenced: Bool) async throws {
        var lifecycle = try Way(via: "sentinel", sentinels: 1, resting: isFenced ? .fenced : nil).lifecycle()
        lifecycle.allowance = .noWrite
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        process.sleep(until: process.time + .seconds(15))
        if !isFenced { lifecycle.world.change { $0.instances[SmallWorld.target]?.isUp = false } }
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.undo(process) }
        #expect(failure?.code == .operation(isFenced ? .sourceDoesNotFollow : .targetSilent))
        if isFenced { lifecycle.expectCutOver() }
    }

    @Test(arguments: Way.all)
    func `without a way back it refuses to be undone`(_ way: Way) async throws {
        let lifecycle = try way.lifecycle()
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        let failure = await #expect(throws: StepFailure.self) { try await lifecycle.undo(process) }
        #expect(failure?.code == .operation(.pastPointOfNoReturn))
        lifecycle.expectCutOver()
    }
}

extension Lifecycle {
    enum Loss { case nothing, unknown }

    /// Expects the world after any successful cutover.
    func expectCutOver(
        _ comment: Comment? = nil, losing: Loss = .nothing, _ location: SourceLocation = #_sourceLocation
    ) {
        let world = world.read { $0 }
        #expect(world.target.follows == nil, comment, sourceLocation: location)
        let isAlone = plan.failover?.resting == .fenced
        #expect(world.source.follows == (isAlone ? .nowhere : SmallWorld.target), comment, sourceLocation: location)
        #expect(
            !isAlone || world.sentinels.allSatisfy { !$0.known.contains(SmallWorld.source) }, comment,
            sourceLocation: location)
        #expect(world.sentinels.allSatisfy { $0.shown == SmallWorld.target }, comment, sourceLocation: location)
        #expect(
            world.source.settings["min-replicas-to-write"] == (isAlone ? "2147483647" : "0"), comment,
            sourceLocation: location)
        #expect(
            plan.sentinel == nil || world.source.settings["replica-priority"] == "0", comment, sourceLocation: location)
        #expect(world.target.settings["replica-priority"] == "100", comment, sourceLocation: location)
        #expect(world.sentinels.allSatisfy { $0.phantoms == 0 }, comment, sourceLocation: location)
        #expect(!world.source.hasClients, comment, sourceLocation: location)
        #expect(world.sentinels.allSatisfy { $0.failoverTimeout == .seconds(20) }, comment, sourceLocation: location)
        if let replica = world.instances[SmallWorld.otherReplica] {
            #expect(replica.follows == SmallWorld.target, comment, sourceLocation: location)
            #expect(replica.settings == FakeInstance().settings, comment, sourceLocation: location)
        }
        if losing == .nothing { expectNothingLost(on: SmallWorld.target, comment, location) }
    }

    /// Expects one of the two worlds in which a way back ends: the source is the primary again, with the target as its
    /// replica, and both have their own settings. The other world is that of the cutover (`expectCutOver`): stayed.
    func expectGoneBack(_ comment: Comment? = nil, _ location: SourceLocation = #_sourceLocation) {
        expectAsBefore(comment, location)
        #expect(world.read(\.target.follows) == SmallWorld.source, comment, sourceLocation: location)
        #expect(
            world.read { $0.sentinels.allSatisfy { $0.shown == SmallWorld.source && $0.phantoms == 0 } }, comment,
            sourceLocation: location)
    }

    /// Expects the world before the cutover: the source is primary, and both servers have their old settings.
    func expectAsBefore(_ comment: Comment? = nil, _ location: SourceLocation = #_sourceLocation) {
        let world = world.read { $0 }
        #expect(world.source.follows == nil, comment, sourceLocation: location)
        #expect(world.source.settings == FakeInstance().settings, comment, sourceLocation: location)
        #expect(world.target.settings == FakeInstance().settings, comment, sourceLocation: location)
        #expect(world.accepts(SmallWorld.source), comment, sourceLocation: location)
        #expect(!world.target.hasClients, comment, sourceLocation: location)
        #expect(world.sentinels.allSatisfy { $0.failoverTimeout == .seconds(20) }, comment, sourceLocation: location)
        if let replica = world.instances[SmallWorld.otherReplica] {
            #expect(replica.follows == SmallWorld.source, comment, sourceLocation: location)
            #expect(replica.settings == FakeInstance().settings, comment, sourceLocation: location)
        }
        expectNothingLost(on: SmallWorld.source, comment, location)
    }

    private func expectNothingLost(on address: Endpoint, _ comment: Comment?, _ location: SourceLocation) {
        let world = world.read { $0 }
        #expect(world.lost(on: address) == [], comment, sourceLocation: location)
        #expect(world.splits == [], comment, sourceLocation: location)
        #expect(world.acknowledged.count > 100, comment, sourceLocation: location)
    }
}
