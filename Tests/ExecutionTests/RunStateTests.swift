import PlanGraph
import Testing

@testable import Execution

struct RunStateTests {
    private let graph = StepGraph([
        ("look", .check, []), ("follow", .effect, ["look"]), ("cut", .pointOfNoReturn, ["follow"]),
    ])

    private func checked(
        _ state: RunState, name: String = "prod", plan: String = "plans/prod.yaml", graph: StepGraph? = nil
    ) throws -> RunState {
        try state.checked(
            against: graph ?? self.graph, planName: name, planPath: plan, record: "the state file 'run.state.json'")
    }

    private func refusal(_ body: () throws -> RunState) -> StoreFailure? {
        #expect(throws: StoreFailure.self) { try body() }
    }

    @Test func `the state of this plan is taken, wherever the plan is called from`() throws {
        let state = RunState(for: graph)
        #expect(try checked(state) == state)
        #expect(try checked(state, plan: "../plans/prod.yaml") == state)
    }

    @Test func `the state of another plan is refused`() {
        let state = RunState(for: graph)
        #expect(refusal { try checked(state, name: "test") }?.code == .otherPlan)
        #expect(
            refusal { try checked(state, plan: "plans/eu.yaml") }?.what
                == "the state file 'run.state.json' is of the plan 'prod' in 'plans/prod.yaml', not of 'prod' in 'plans/eu.yaml'"
        )
    }

    @Test func `a state that knows other steps is refused`() {
        let other = StepGraph([
            ("look", .check, []), ("follow", .effect, ["look"]), ("failover", .pointOfNoReturn, ["follow"]),
        ])
        let error = refusal { try checked(RunState(for: graph), graph: other) }
        #expect(error?.code == .unknownStep)
        #expect(
            error?.what
                == "the state file 'run.state.json' records 'cut', which the plan does not have, and has no record of 'failover'"
        )
    }

    @Test func `nodes stand in the order of the graph, whatever the order in the file`() throws {
        var state = RunState(for: graph)
        state.nodes.reverse()
        #expect(try checked(state).nodes.map(\.id) == ["look", "follow", "cut"])
    }

    @Test func `a plan that changed is adopted as far as its steps have not begun`() throws {
        var state = RunState(for: graph)
        state.intend(1, undo: .string("was empty"))
        let changed = StepGraph([("follow", .effect, []), ("data", .check, ["follow"])])
        let adopted = try state.adopting(changed, plan: "version: 1 # new\n", record: "the state file 'run.state.json'")
        #expect(adopted.nodes.map(\.id) == ["follow", "data"])
        #expect(adopted["follow"]?.undo == .string("was empty"))
        #expect(adopted.plan == "version: 1 # new\n")
        #expect(adopted.formerPlans == [.init(plan: state.plan, until: state.updatedAt)])
        #expect(adopted.lineage == state.lineage)
        #expect(
            refusal { try state.adopting(StepGraph(nodes: []), plan: "", record: "the state file 'run.state.json'") }?
                .code == .unknownStep
        )
    }

    @Test func `a check that a step does not ask any more is no reason to refuse a changed plan`() throws {
        let graph = StepGraph([("look/way-back", .check, []), ("look/memory", .check, []), ("cut", .effect, [])])
        var state = RunState(for: graph)
        for position in 0...1 { state.succeed(position, StepResult("well"), at: state.startedAt) }
        let fewer = StepGraph([("look/memory", .check, []), ("cut", .effect, [])])
        #expect(try state.adopting(fewer, plan: "", record: "it").nodes.map(\.id) == ["look/memory", "cut"])
        let gone = StepGraph([("cut", .effect, [])])
        #expect(refusal { try state.adopting(gone, plan: "", record: "it") }?.code == .unknownStep)
    }

    @Test func `only what was begun and recorded is to be undone`() {
        var state = RunState(for: graph)
        #expect(state.nodesToUndo(in: graph).isEmpty)
        state.intend(1, undo: nil)
        #expect(state.nodesToUndo(in: graph) == ["follow"])
        state.intend(2, undo: nil)
        #expect(state.nodesToUndo(in: graph) == ["cut", "follow"])
        state.fail(2, .broken, at: state.startedAt)
        #expect(state.nodesToUndo(in: graph) == ["cut", "follow"])
        state.undo(2, nil, at: state.startedAt)
        #expect(state.nodesToUndo(in: graph) == ["follow"])
        state.failUndo(1, .broken, at: state.startedAt)
        #expect(state.nodesToUndo(in: graph) == ["follow"])
    }
}

struct TimestampTests {
    @Test func `a clock that was set back gives no negative time`() {
        let (early, late) = (Timestamp(millisecondsSince1970: 1_000), Timestamp(millisecondsSince1970: 3_500))
        #expect(early.duration(to: late) == .milliseconds(2_500))
        #expect(late.duration(to: early) == .zero)
        let ends = (Timestamp(millisecondsSince1970: .min), Timestamp(millisecondsSince1970: .max))
        #expect(ends.0.duration(to: ends.1) == .zero)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_767_225_600_125, "2026-01-01T00:00:00.125Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (951_782_399_009, "2000-02-28T23:59:59.009Z"),
    ]) func `it is written in UTC with milliseconds, and read back`(milliseconds: Int64, text: String) {
        let timestamp = Timestamp(millisecondsSince1970: milliseconds)
        #expect(timestamp.description == text)
        #expect(Timestamp(text) == timestamp)
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.125+01:00", "2026-13-01T00:00:00.000Z",
        "2026-01-01T00:00:00.12aZ", "2026-01-01T00:00:00.-12Z", "2026-01-01T00:00:00.1255",
    ]) func `another spelling is not read`(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
