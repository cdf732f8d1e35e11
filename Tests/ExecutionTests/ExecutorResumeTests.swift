import PlanGraph
import Testing

@testable import Execution

struct ExecutorResumeTests {
    private let graph = StepGraph([
        ("look", .check, []), ("follow", .effect, ["look"]), ("sync", .wait, ["follow"]), ("ask", .gate, ["sync"]),
        ("cut", .pointOfNoReturn, ["ask"]), ("verify", .check, ["cut"]),
    ])

    private func state(_ change: (inout RunState) -> Void) -> RunState {
        var state = RunState(for: graph)
        change(&state)
        return state
    }

    private func succeeded(_ ids: Set<NodeID>) -> RunState {
        state { state in
            for position in state.nodes.indices where ids.contains(state.nodes[position].id) {
                state.succeed(position, StepResult("well"), at: state.startedAt)
            }
        }
    }

    @Test func `before an effect that has not succeeded the servers are asked again, but not the person`() {
        #expect(succeeded(["look", "follow", "sync", "ask"]).kept(in: graph) == ["ask"])
    }

    @Test func `behind the last effect everything that has succeeded is kept`() {
        let done: Set<NodeID> = ["look", "follow", "sync", "ask", "cut"]
        #expect(succeeded(done).kept(in: graph) == done)
        #expect(succeeded(done.union(["verify"])).kept(in: graph) == done.union(["verify"]))
    }

    @Test func `behind the last effect all checks of a step are asked again if one of them has not passed`() {
        let graph = StepGraph([
            ("cut", .pointOfNoReturn, []), ("data", .check, ["cut"]), ("verify/primary", .check, ["data"]),
            ("verify/source", .check, ["data"]),
        ])
        var state = RunState(for: graph)
        for position in 0...2 { state.succeed(position, StepResult("well"), at: state.startedAt) }
        state.fail(3, .broken, at: state.startedAt)
        #expect(state.kept(in: graph) == ["cut", "data"])
        state.succeed(3, StepResult("well"), at: state.startedAt)
        #expect(state.kept(in: graph) == ["cut", "data", "verify/primary", "verify/source"])
    }

    @Test func `what a point of no return needs is over as soon as that may be behind us`() {
        let before: Set<NodeID> = ["look", "follow", "sync", "ask"]
        #expect(succeeded(before).kept(in: graph, ["cut": .perhaps]) == before)
        #expect(succeeded(before).kept(in: graph, ["cut": .behind]) == before)
    }

    @Test func `what was not asked before a point of no return is not asked behind it`() {
        let others: Set<NodeID> = ["follow", "sync", "ask", "cut"]
        #expect(!succeeded(others).kept(in: graph, ["cut": .perhaps]).contains("look"))
        #expect(succeeded(others).kept(in: graph, ["cut": .behind]) == others.union(["look"]))
        // Behind the point everything is asked as always.
        #expect(!succeeded(others).kept(in: graph, ["cut": .behind]).contains("verify"))
    }

    @Test
    func `how far a run has come to its point of no return is told by the record, and where it is open by the step`()
        async
    {
        let graph = graph
        func passage(_ told: Passage, _ change: (inout RunState) -> Void) async -> Passage? {
            let provider = FakeProvider(["cut": FakeOperation(onPassage: { _ in told })])
            return await state(change).passages(in: graph, asking: provider)["cut"]
        }
        let undo = StateValue.object([:])
        #expect(await passage(.behind) { _ in } == .ahead)
        // The node was only inspected, and its effect was not begun.
        #expect(await passage(.behind) { $0.fail(4, .broken, at: $0.startedAt) } == .ahead)
        for told in [Passage.ahead, .perhaps, .behind] {
            #expect(await passage(told) { $0.intend(4, undo: undo) } == told)
        }
        #expect(await passage(.ahead) { $0.succeed(4, StepResult("well"), at: $0.startedAt) } == .behind)
        func succeed(_ state: inout RunState) {
            state.intend(4, undo: undo)
            state.succeed(4, StepResult("well"), at: state.startedAt)
        }
        for undoing: (inout RunState) -> Void in [
            { $0.startUndo(4) }, { $0.failUndo(4, .broken, at: $0.startedAt) },
        ] {
            let passage = await passage(.ahead) { state in
                succeed(&state)
                undoing(&state)
            }
            #expect(passage == .behind)
        }
        let undone = await passage(.behind) { state in
            succeed(&state)
            state.undo(4, nil, at: state.startedAt)
        }
        #expect(undone == .ahead)
    }

    @Test func `what was asked before a point that is behind is not asked again for the sake of what comes after it`()
        async
    {
        var bench = Bench(
            graph: StepGraph([
                ("look", .check, []), ("cut", .pointOfNoReturn, ["look"]), ("dns", .effect, ["cut"]),
            ]))
        bench.operations["dns"] = FakeOperation(onPerform: { _ in throw StepFailure.broken })
        let first = await bench.run()
        #expect(first.ending == .failed("dns"))
        let looks = bench.events.lines.count { $0 == "look started" }
        _ = await bench.run(first.state)
        #expect(bench.events.lines.count { $0 == "look started" } == looks)
    }

    @Test(arguments: [("asked for", ["look", "follow", "sync", "ask"]), ("fenced", ["ask"])])
    func `resume begins at a point of no return if its record says so`(record: String, kept: [String]) async {
        var bench = Bench(graph: graph)
        bench.operations["cut"] = FakeOperation(onPassage: { $0 == .string("asked for") ? .perhaps : .ahead })
        var before = succeeded(["look", "follow", "sync", "ask"])
        before.intend(4, undo: .string(record))
        let outcome = await bench.run(before)
        #expect(outcome.ending == .succeeded)
        #expect(bench.events.lines.filter { $0.hasSuffix(" kept") } == kept.map { "\($0) kept" })
    }

    @Test func `a resumed run asks again what it rests on and goes on from there`() async {
        var bench = Bench(graph: graph)
        bench.operations["follow"] = FakeOperation(onInspect: { _ in .done("it still follows") })
        let outcome = await bench.run(succeeded(["look", "follow", "sync", "ask"]))
        #expect(outcome.ending == .succeeded)
        #expect(
            bench.events.lines == [
                "run-started", "ask kept", "look started", "look succeeded", "follow started", "follow unchanged",
                "sync started", "sync succeeded", "cut started", "cut succeeded", "verify started", "verify succeeded",
                "run-finished",
            ])
    }

    @Test func `an effect that the servers have lost is performed again with what still holds of its undo data`() async
    {
        var bench = Bench(graph: graph)
        bench.operations["follow"] = FakeOperation(onInspect: { context in
            #expect(context.undo == .string("was empty"))
            return .ready(undo: nil)
        })
        let before = state { state in
            state.intend(1, undo: .string("was empty"))
            state.succeed(1, StepResult("well"), at: state.startedAt)
        }
        let outcome = await bench.run(before)
        #expect(outcome.ending == .succeeded)
        #expect(outcome.state["follow"]?.undo == .string("was empty"))
    }

    @Test func `attempts count on over all runs`() async {
        var bench = Bench(graph: StepGraph([("look", .check, [])]))
        bench.operations["look"] = FakeOperation(onInspect: { context in
            if context.attempt == 1 { throw StepFailure.broken }
            return .done("")
        })
        let first = await bench.run()
        #expect(first.ending == .failed("look"))
        let second = await bench.run(first.state)
        #expect(second.ending == .succeeded)
        #expect(second.state["look"]?.attempts == 2)
        #expect(second.state["look"]?.error == nil)
    }

    @Test func `a run that has succeeded has nothing to do`() async {
        let bench = Bench(graph: graph)
        let first = await bench.run()
        #expect(await bench.run(first.state).ending == .succeeded)
        #expect(bench.events.lines.filter { $0.hasSuffix("started") }.count == 2 + graph.nodes.count)
    }
}
