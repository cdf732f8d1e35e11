import PlanGraph
import Synchronization
import Testing

@testable import Execution

struct ExecutorTests {
    private let chain = StepGraph([
        ("look", .check, []), ("follow", .effect, ["look"]), ("cut", .pointOfNoReturn, ["follow"]),
    ])

    @Test func `a run carries out the graph and tells everything in order`() async {
        let bench = Bench(graph: chain)
        let outcome = await bench.run()
        #expect(outcome.ending == .succeeded)
        #expect(outcome.state.status == .succeeded)
        #expect(outcome.state == bench.store.last)
        #expect(
            bench.events.lines == [
                "run-started", "look started", "look succeeded", "follow started", "follow succeeded", "cut started",
                "cut succeeded", "run-finished",
            ])
    }

    @Test func `the intent of an effect is written before it, and its outcome after`() async {
        let world = FakeWorld()
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        bench.store = MemoryStore(world: world)
        let store = bench.store
        bench.operations["follow"] = FakeOperation(
            onInspect: { _ in
                world.note("inspect")
                return .ready(undo: .string("was alone"))
            },
            onPerform: { context in
                world.note("perform with \(context.undo?.string ?? "nothing")")
                #expect(store.last?["follow"]?.status == .started)
                #expect(store.last?["follow"]?.undo == .string("was alone"))
            },
            onVerify: { _ in
                world.note("verify")
                return StepResult("it follows", facts: ["offset": .int(7)])
            })
        let outcome = await bench.run()
        let log = world.log
        #expect(log.filter { $0 != "write" } == ["inspect", "perform with was alone", "verify"])
        // Nothing runs before the first write, and the run does not end before the last one.
        #expect(log.first == "write" && log.last == "write")
        #expect(outcome.state["follow"]?.result == StepResult("it follows", facts: ["offset": .int(7)]))
        let written = store.written
        #expect(written.first?["follow"]?.status == .pending)
        #expect(written.contains { $0["follow"]?.status == .started })
        #expect(written.last?["follow"]?.status == .succeeded)
        // A record may be left out in favour of a newer one, but none is written after a newer one.
        #expect(written.map(\.serial) == written.map(\.serial).sorted())
        #expect(written.last?.serial == 5)
    }

    @Test func `what is done already is only verified`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        bench.operations["follow"] = FakeOperation(
            onInspect: { _ in .done("it follows already") },
            onPerform: { _ in Issue.record("there was nothing to perform") })
        let outcome = await bench.run()
        #expect(outcome.ending == .succeeded)
        #expect(outcome.state["follow"]?.undo == nil)
        #expect(bench.events.lines.contains("follow unchanged"))
    }

    @Test func `undo data saved on the way is on disk before the operation goes on`() async {
        var bench = Bench(graph: StepGraph([("cut", .pointOfNoReturn, [])]))
        let store = bench.store
        bench.operations["cut"] = FakeOperation(
            onPerform: { context in
                try await context.save(.string("fenced"))
                #expect(store.last?["cut"]?.undo == .string("fenced"))
            },
            onVerify: { context in StepResult(context.undo?.string ?? "") })
        let outcome = await bench.run()
        #expect(outcome.state["cut"]?.result?.summary == "fenced")
    }

    @Test func `all checks of a wave run, and every failure is reported`() async {
        var bench = Bench(
            graph: StepGraph([
                ("a", .check, []), ("b", .check, []), ("c", .check, []), ("go", .effect, ["a", "b", "c"]),
            ]))
        for id: NodeID in ["a", "c"] {
            bench.operations[id] = FakeOperation(onInspect: { _ in throw StepFailure.broken })
        }
        let outcome = await bench.run()
        guard case .failed = outcome.ending else {
            Issue.record("the run did not fail: \(outcome.ending)")
            return
        }
        #expect(outcome.failures.map(\.node) == ["a", "c"])
        #expect(outcome.state.status == .failed)
        #expect(outcome.state.statuses == ["a": .failed, "b": .succeeded, "c": .failed, "go": .pending])
        #expect(outcome.state["a"]?.error == .broken)
    }

    @Test func `a warning is a success that is told apart`() async {
        var bench = Bench(graph: StepGraph([("look", .check, [])]))
        bench.operations["look"] = FakeOperation(onVerify: { _ in StepResult("hm", verdict: .warned, help: ["look"]) })
        let outcome = await bench.run()
        #expect(outcome.ending == .succeeded)
        #expect(bench.events.lines == ["run-started", "look started", "look warned", "run-finished"])
    }

    @Test func `a step that waits for a person leaves a run that can be resumed`() async {
        var bench = Bench(graph: StepGraph([("approval", .gate, []), ("cut", .pointOfNoReturn, ["approval"])]))
        let pause = StepFailure(
            code: FailureCode(word: "needs-approval"), what: "nobody has approved it yet", isPause: true)
        bench.operations["approval"] = FakeOperation(onInspect: { _ in throw pause })
        let outcome = await bench.run()
        #expect(outcome.ending == .paused("approval"))
        #expect(outcome.failures.isEmpty)
        #expect(outcome.state.status == .stopped)
        #expect(outcome.state.statuses == ["approval": .pending, "cut": .pending])
        #expect(outcome.state["approval"]?.error == pause)
    }

    @Test func `an error that nobody meant to throw is a failure, without its control characters`() async {
        struct Odd: Error, CustomStringConvertible { var description: String { "odd\u{1B}[2J" } }
        var bench = Bench(graph: StepGraph([("look", .check, [])]))
        bench.operations["look"] = FakeOperation(onInspect: { _ in throw Odd() })
        let outcome = await bench.run()
        #expect(outcome.ending == .failed("look"))
        #expect(outcome.failures.first?.failure.code == .executor(.unexpectedError))
        #expect(outcome.failures.first?.failure.what.hasSuffix(#"odd\u{1b}[2J"#) == true)
    }

    @Test func `a cancellation that nobody asked for is a failure`() async {
        var bench = Bench(graph: StepGraph([("look", .check, [])]))
        bench.operations["look"] = FakeOperation(onInspect: { _ in throw CancellationError() })
        let outcome = await bench.run()
        #expect(outcome.failures.first?.failure == .stoppedByNobody)
    }

    @Test func `nothing runs if the first checkpoint cannot be written`() async {
        var bench = Bench(graph: chain)
        bench.store = MemoryStore(brokenWhen: { _ in true })
        bench.operations["look"] = FakeOperation(onInspect: { _ in
            Issue.record("a step ran without a record")
            return .done("")
        })
        let outcome = await bench.run()
        #expect(outcome.ending == .stateWriteFailed(MemoryStore.full))
        #expect(bench.events.lines == ["run-started", "run-finished"])
    }

    @Test func `an effect whose intent cannot be written is not performed`() async {
        var bench = Bench(graph: chain)
        bench.store = MemoryStore(brokenWhen: { $0["follow"]?.status == .started })
        bench.operations["follow"] = FakeOperation(onPerform: { _ in Issue.record("performed without a record") })
        let outcome = await bench.run()
        #expect(outcome.ending == .stateWriteFailed(MemoryStore.full))
        #expect(outcome.state["follow"]?.status == .pending)
        #expect(bench.events.lines.suffix(2) == ["follow interrupted", "run-finished"])
    }

    @Test func `an outcome that cannot be written stops the run, and the effect counts as unknown`() async {
        var bench = Bench(graph: chain)
        bench.store = MemoryStore(brokenWhen: { $0["follow"]?.status == .succeeded })
        bench.operations["cut"] = FakeOperation(onPerform: { _ in Issue.record("went on without a record") })
        let outcome = await bench.run()
        #expect(outcome.ending == .stateWriteFailed(MemoryStore.full))
        #expect(bench.store.last?["follow"]?.status == .started)
        #expect(outcome.state["follow"]?.status == .succeeded)
    }

    @Test func `a disk that is full for a moment stops the run too, and what happened is still recorded`() async {
        var bench = Bench(graph: chain)
        let wasFull = Atomic(false)
        bench.store = MemoryStore(brokenWhen: { state in
            state["follow"]?.status == .succeeded && !wasFull.exchange(true, ordering: .relaxed)
        })
        let outcome = await bench.run()
        #expect(outcome.ending == .stateWriteFailed(MemoryStore.full))
        #expect(outcome.state == bench.store.last)
        #expect(outcome.state.status == .stopped)
        #expect(outcome.state["follow"]?.status == .succeeded)
    }
}
