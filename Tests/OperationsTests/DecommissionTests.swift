import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// The old servers leave after a cutover, in a small world.
struct DecommissionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var sentinels = 1
        var hasReplica = false
        var settings = "{}"
        var failover = "{}"

        var testDescription: String {
            "\(sentinels) Sentinels, \(hasReplica ? "another replica, " : "")failover \(failover), \(settings)"
        }

        static let all = [
            Case(), Case(sentinels: 3), Case(sentinels: 0, failover: "{ via: promote }"),
            Case(sentinels: 3, hasReplica: true),
            Case(hasReplica: true, settings: "{ replicas: keep }"), Case(settings: "{ resting: shutdown }"),
            Case(hasReplica: true, settings: "{ resting: shutdown }"),
            Case(failover: "{ resting: fenced }"),
            Case(settings: "{ resting: shutdown }", failover: "{ resting: fenced }"),
            Case(failover: "{ via: shutdown }"),
            Case(hasReplica: true, failover: "{ replicas: { after-cutover: detach } }"),
        ]

        var isShutDown: Bool { settings.contains("shutdown") || failover.contains("shutdown") }
        var keepsReplica: Bool { settings.contains("keep") }

        func plan() throws -> Plan {
            let addresses = (0..<sentinels).map { "\(SmallWorld.sentinelHost):\(26379 + $0)" }.joined(separator: ", ")
            return try Plan.read(
                """
                version: 1
                name: small
                source: { address: 10.0.0.1:6379, engine: redis }
                target: { address: 10.0.0.2:6379, engine: redis }
                \(sentinels == 0 ? "" : "sentinel: { primary: main, addresses: [\(addresses)] }")
                steps:
                  - replicaof: {}
                  - wait-for-sync: {}
                  - failover: \(failover)
                  - decommission: \(settings)
                """)
        }

        /// The world after the cutover, and what the cutover has left for the step.
        func cutOver(_ plan: Plan) async throws -> (world: SmallWorld, memos: [NodeID: StateValue]) {
            let start = SmallWorld.following(sentinels: sentinels, otherReplica: hasReplica)
            let lifecycle = Lifecycle(plan, start, node: "failover")
            let process = FakeProcess(lifecycle.world)
            let result = try await lifecycle.run(process)
            lifecycle.world.change { $0.advance(by: .seconds(15)) }
            return (lifecycle.world.read { $0 }, ["failover": result.memo].compactMapValues { $0 })
        }
    }

    /// One attempt of the step, as the executor makes it.
    private func attempt(
        _ plan: Plan, _ process: FakeProcess, _ memos: [NodeID: StateValue]
    ) async throws -> StepResult {
        let operation = try #require(try operation(plan, process) as? DecommissionOperation)
        let context = { process.context(memos: memos) }
        if case .ready(let undo) = try await operation.inspect(context()) {
            try process.save(undo ?? process.undo ?? .object([:]))
            try await operation.perform(context())
        }
        return try await operation.verify(context())
    }

    private func operation(_ plan: Plan, _ process: FakeProcess) throws -> any Operation {
        try CompiledPlan(plan).operations(servers: process.servers(plan), approver: NobodyAsked())
            .operation(for: "decommission")
    }

    private func expectGone(_ test: Case, _ world: SmallWorld, _ comment: Comment? = nil) {
        var old = [SmallWorld.source]
        if test.hasReplica, !test.keepsReplica { old.append(SmallWorld.otherReplica) }
        for sentinel in world.sentinels {
            #expect(sentinel.shown == SmallWorld.target, comment)
            #expect(Set(sentinel.replicas).isDisjoint(with: old), comment)
        }
        for address in old {
            guard let server = world.instances[address] else { continue }
            #expect(!world.accepts(address), comment)
            if !server.isUp { continue }
            #expect(server.follows == .nowhere, comment)
            #expect(server.file?.follows == .nowhere, comment)
            #expect(server.file?.settings?["min-replicas-to-write"] == Fence.unreachable, comment)
        }
        if test.settings.contains("shutdown") {
            for address in old { #expect(world.instances[address]?.isUp == false, comment) }
        }
        if test.hasReplica, test.keepsReplica {
            #expect(world.instances[SmallWorld.otherReplica]?.follows == SmallWorld.target, comment)
        }
        #expect(world.accepts(SmallWorld.target), comment)
        #expect(world.lost(on: SmallWorld.target) == [], comment)
    }

    @Test(arguments: Case.all) func `the old servers leave, and stay away`(_ test: Case) async throws {
        let plan = try test.plan()
        let (start, memos) = try await test.cutOver(plan)
        let world = SharedWorld(start)
        let process = FakeProcess(world)
        let result = try await attempt(plan, process, memos)
        #expect(result.summary.hasPrefix("10.0.0.1:6379"))
        #expect(result.verdict == (test.sentinels == 0 || test.keepsReplica ? .passed : .warned), "\(result.summary)")
        expectGone(test, world.read { $0 })
        world.change { $0.advance(by: .seconds(60)) }
        expectGone(test, world.read { $0 }, "a minute later")

        let before = world.read(\.log)
        let again = FakeProcess(world, undo: process.undo)
        _ = try await attempt(plan, again, memos)
        #expect(world.read(\.log) == before, "a second attempt changes nothing")
        let passage = try await operation(plan, again).passage(process.undo)
        #expect(passage == (process.undo == nil ? .ahead : .behind))
    }

    @Test(arguments: Case.all) func `killed anywhere it ends in the same world, and has no way back`(_ test: Case)
        async throws
    {
        let plan = try test.plan()
        let (start, memos) = try await test.cutOver(plan)
        for moment in 1...400 {
            let world = SharedWorld(start)
            let process = FakeProcess(world, Mishap(kind: .dies, moment: moment))
            _ = try? await attempt(plan, process, memos)
            guard process.isStruck else {
                #expect(moment > 10)
                return
            }
            // A minute in which nobody resumes.
            if moment.isMultiple(of: 2) { world.change { $0.advance(by: .seconds(60)) } }
            let next = FakeProcess(world, undo: process.undo)
            let isBehind = try await operation(plan, next).passage(process.undo) == .behind
            let changed = world.read { $0.source.follows } != start.source.follows
            #expect(isBehind || !changed, "at \(moment)")
            _ = try await attempt(plan, next, memos)
            world.change { $0.advance(by: .seconds(30)) }
            expectGone(test, world.read { $0 }, "killed at \(moment)")
        }
        Issue.record("the step has more moments than were tried")
    }

    @Test func `nothing leaves while somebody may need it`() async throws {
        let test = Case(sentinels: 3)
        let plan = try test.plan()
        let (start, memos) = try await test.cutOver(plan)
        let cases: [(OperationFailure, String, (inout SmallWorld) -> Void)] = [
            (
                .decommissionTooEarly, "10.0.0.2:6379 is a replica of",
                { $0.instances[SmallWorld.target]?.follows = SmallWorld.source }
            ),
            (.decommissionTooEarly, "does not answer", { $0.sentinels[2].isUp = false }),
            (.decommissionTooEarly, "is in TILT", { $0.sentinels[1].isInTilt = true }),
            (
                .decommissionTooEarly, "10.0.0.9:26380 names 10.0.0.1:6379",
                { $0.sentinels[1].named = SmallWorld.source }
            ),
            (.decommissionTooEarly, "does not answer", { $0.instances[SmallWorld.source]?.isUp = false }),
            (.onlyCopy, "it is a primary", { $0.instances[SmallWorld.source]?.follows = nil }),
            (
                .onlyCopy, "has none",
                {
                    $0.isApplicationWriting = false
                    $0.instances[SmallWorld.source]?.follows = .nowhere
                    $0.instances[SmallWorld.target]?.writes = []
                }
            ),
        ]
        for (code, words, harm) in cases {
            var world = start
            harm(&world)
            try await expectRefusal(code, words, plan, SharedWorld(world), memos)
        }
    }

    @Test func `nor while its replica may have what the target lacks`() async throws {
        let test = Case(hasReplica: true)
        let plan = try test.plan()
        let (start, memos) = try await test.cutOver(plan)
        var promoted = start
        promoted.instances[SmallWorld.otherReplica]?.follows = nil
        try await expectRefusal(
            .onlyCopy, "10.0.0.3:6379 may hold the only copy: it is a primary", plan, SharedWorld(promoted), memos)
        var silent = start
        silent.instances[SmallWorld.otherReplica]?.isUp = false
        try await expectRefusal(.decommissionTooEarly, "one of them does not answer", plan, SharedWorld(silent), memos)
    }

    /// planrun dies in the middle. Then the target dies, too, and a person makes the source the primary again.
    @Test(arguments: [Case(), Case(settings: "{ resting: shutdown }")])
    func `a step that has begun does not go on when the source is needed again`(_ test: Case) async throws {
        let plan = try test.plan()
        let (start, memos) = try await test.cutOver(plan)
        for moment in 1...400 {
            let world = SharedWorld(start)
            let process = FakeProcess(world, Mishap(kind: .dies, moment: moment))
            _ = try? await attempt(plan, process, memos)
            guard process.isStruck else {
                #expect(moment > 10)
                return
            }
            guard world.read({ $0.source.isUp }) else { continue }
            world.change { world in
                world.instances[SmallWorld.target]?.isUp = false
                world.instances[SmallWorld.source]?.follows = nil
                world.instances[SmallWorld.source]?.settings["min-replicas-to-write"] = "0"
                world.sentinels[0].named = SmallWorld.source
                world.sentinels[0].shown = SmallWorld.source
            }
            let before = world.read(\.log)
            await #expect(throws: StepFailure.self, "at \(moment)") {
                _ = try await attempt(plan, FakeProcess(world, undo: process.undo), memos)
            }
            #expect(world.read(\.log) == before, "at \(moment)")
            world.change { $0.instances[SmallWorld.target]?.isUp = true }
            try await expectRefusal(nil, "", plan, world, memos, undo: process.undo)
        }
    }

    @Test func `a source that is started again as soon as it ends is somebody else's to stop`() async throws {
        let test = Case(settings: "{ resting: shutdown }")
        let plan = try test.plan()
        var (start, memos) = try await test.cutOver(plan)
        start.isSupervised = true
        let world = SharedWorld(start)
        let process = FakeProcess(world)
        do {
            _ = try await attempt(plan, process, memos)
            Issue.record("it was carried out")
        } catch let failure as StepFailure {
            #expect(failure.code == .operation(.startedAgain))
            #expect(failure.what == "source 10.0.0.1:6379 saved its data and ended, and was started again at once")
        }
        #expect(world.read { !$0.accepts(SmallWorld.source) && $0.source.follows == .nowhere })
        world.change { world in
            world.isSupervised = false
            world.instances[SmallWorld.source]?.isUp = false
        }
        let result = try await attempt(plan, FakeProcess(world, undo: process.undo), memos)
        #expect(result.summary.hasPrefix("10.0.0.1:6379: out of service, shut down, forgotten by the Sentinels"))
        expectGone(test, world.read { $0 })
    }

    /// As a Dragonfly, which has no `min-replicas-to-write`.
    @Test func `a replica that cannot be closed is shut down, and not fenced`() async throws {
        let test = Case(sentinels: 3, hasReplica: true, settings: "{ resting: shutdown }")
        let plan = try test.plan()
        var (start, memos) = try await test.cutOver(plan)
        start.instances[SmallWorld.otherReplica]?.settings["min-replicas-to-write"] = nil
        let world = SharedWorld(start)
        _ = try await attempt(plan, FakeProcess(world), memos)
        expectGone(test, world.read { $0 })
        let fencing = Case(sentinels: 3, hasReplica: true)
        try await expectRefusal(
            .cannotBeFenced, "10.0.0.3:6379 cannot be kept from taking writes", try fencing.plan(), SharedWorld(start),
            memos)
    }

    @Test func `a source that somebody has shut down before is forgotten, and that is said`() async throws {
        let test = Case(settings: "{ resting: shutdown }")
        let plan = try test.plan()
        var (start, memos) = try await test.cutOver(plan)
        start.instances[SmallWorld.source]?.isUp = false
        let world = SharedWorld(start)
        let result = try await attempt(plan, FakeProcess(world), memos)
        #expect(result.summary.contains("nothing listens at 10.0.0.1:6379, which planrun has not shut down"))
        expectGone(test, world.read { $0 })
    }

    /// - Parameters:
    ///   - code: the code of the refusal; `nil` for any.
    ///   - words: what it says.
    private func expectRefusal(
        _ code: OperationFailure?, _ words: String, _ plan: Plan, _ world: SharedWorld, _ memos: [NodeID: StateValue],
        undo: StateValue? = nil
    ) async throws {
        let before = world.read(\.log)
        do {
            _ = try await attempt(plan, FakeProcess(world, undo: undo), memos)
            Issue.record("\(words): it was carried out")
        } catch let failure as StepFailure {
            #expect(code == nil || failure.code == code.map { .operation($0) }, "\(failure.what)")
            #expect(words.isEmpty || failure.what.contains(words), "\(failure.what)")
        }
        #expect(world.read(\.log) == before, "\(words)")
    }
}
