import PlanGraph
import Testing

@testable import Execution

struct RollbackTests {
    private let world = FakeWorld()
    private let graph = StepGraph([
        ("page", .effect, []), ("look", .check, ["page"]), ("follow", .effect, ["look"]), ("sync", .wait, ["follow"]),
        ("cut", .pointOfNoReturn, ["sync"]), ("dns", .effect, ["cut"]),
    ])

    private func bench(failing id: NodeID) -> Bench {
        var bench = Bench(graph: graph)
        for node in graph.nodes where node.role.isEffect {
            bench.operations[node.id] = SwitchOperation(name: "\(node.id)", world: world, doom: Doom())
        }
        bench.operations[id] = FakeOperation(onPerform: { _ in throw StepFailure.broken })
        return bench
    }

    @Test func `what was done is taken back, last first`() async {
        let bench = bench(failing: "sync")
        let run = await bench.run()
        #expect(world.on == ["page", "page.fence", "follow", "follow.fence"])
        let outcome = await bench.rollBack(run.state)
        #expect(outcome.ending == .complete)
        #expect(outcome.state.status == .rolledBack)
        #expect(outcome.remaining.isEmpty)
        #expect(world.on.isEmpty)
        #expect(world.log.suffix(4) == ["-follow", "-follow.fence", "-page", "-page.fence"])
        #expect(outcome.state.statuses.filter { $0.value == .undone }.keys.sorted() == ["follow", "page"])
        #expect(
            bench.events.lines.suffix(6) == [
                "rollback-started", "undo follow started", "undo follow succeeded", "undo page started",
                "undo page succeeded", "rollback-finished",
            ])
    }

    @Test func `a cutover that failed is asked to lift its fences, before anything else`() async {
        var bench = bench(failing: "dns")
        bench.operations["cut"] = FakeOperation(
            onPerform: { _ in throw StepFailure.broken },
            onUndo: { [world] _ in
                world.note("fences lifted")
                return "the fences are lifted"
            })
        let outcome = await bench.rollBack(await bench.run().state)
        #expect(outcome.ending == .complete)
        #expect(world.log.suffix(5).first == "fences lifted")
    }

    @Test func `what a failed undo rests on is left alone`() async {
        var bench = bench(failing: "dns")
        bench.operations["cut"] = FakeOperation(
            onPerform: { _ in throw StepFailure.broken }, onUndo: { _ in throw StepFailure.broken })
        let outcome = await bench.rollBack(await bench.run().state)
        #expect(outcome.ending == .incomplete("cut"))
        #expect(outcome.state.status == .rollbackIncomplete)
        #expect(outcome.failures == [NodeFailure(node: "cut", failure: .broken)])
        #expect(outcome.remaining == ["cut", "follow", "page"])
        #expect(outcome.state["cut"]?.status == .undoFailed)
        #expect(world.on.contains("follow"))
    }

    @Test func `what does not rest on a failed undo is still taken back`() async {
        let graph = StepGraph([("a", .effect, []), ("b", .effect, []), ("c", .check, ["a", "b"])])
        var bench = Bench(graph: graph)
        bench.operations["a"] = FakeOperation(onUndo: { _ in throw StepFailure.broken })
        bench.operations["b"] = SwitchOperation(name: "b", world: world, doom: Doom())
        let outcome = await bench.rollBack(await bench.run().state)
        #expect(outcome.ending == .incomplete("a"))
        #expect(outcome.remaining == ["a"])
        #expect(world.on.isEmpty)
    }

    @Test func `on neither side of a passed point of no return is anything taken back`() async {
        let bench = bench(failing: "dns")
        let run = await bench.run()
        #expect(run.state.closedPoints(in: graph) == ["cut"])
        let outcome = await bench.rollBack(run.state)
        #expect(outcome.ending == .complete)
        #expect(world.on == ["page", "page.fence", "follow", "follow.fence", "cut", "cut.fence"])
    }

    @Test func `another shard is taken back although one has passed its point of no return`() {
        let graph = StepGraph([
            ("a", .effect, []), ("cut-a", .pointOfNoReturn, ["a"]), ("b", .effect, []),
            ("cut-b", .pointOfNoReturn, ["b"]),
        ])
        var state = RunState(for: graph)
        for position in 0...2 { state.intend(position, undo: nil) }
        state.succeed(1, StepResult("well"), at: state.startedAt)
        #expect(state.nodesToUndo(in: graph) == ["b"])
    }

    @Test func `what planrun did not do is not taken back`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        bench.operations["follow"] = FakeOperation(
            onInspect: { _ in .done("it follows already") },
            onUndo: { _ in
                Issue.record("somebody else had done it")
                return nil
            })
        #expect(await bench.rollBack(await bench.run().state).ending == .complete)
    }

    @Test func `a rollback that was cut is told from the record, and the step in the middle is unknown`() async {
        var bench = bench(failing: "sync")
        let run = await bench.run()
        bench.store = MemoryStore(brokenWhen: { $0["follow"]?.status == .undone })
        let cut = await bench.rollBack(run.state)
        #expect(cut.ending == .stateWriteFailed(MemoryStore.full))
        let left = bench.store.last
        #expect(left?.status == .rollingBack)
        #expect(left?["follow"]?.status == .started)
        #expect(left?.nodesToUndo(in: graph) == ["follow", "page"])
    }

    @Test func `an undo that can pass is tried again`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]), policies: ["follow": NodePolicy(retries: 1)])
        bench.operations["follow"] = FakeOperation(onUndo: { context in
            if context.attempt == 1 { throw StepFailure.passing }
            return "it is alone again"
        })
        let run = await bench.run()
        let going = bench.startRollback(run.state)
        await bench.clock.sleepers(1)
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .complete)
    }
}
