import PlanGraph
import Testing

@testable import Execution

struct RunStateMachineTests {
    /// Two checks, then an effect, a gate and the cutover in a row.
    private let graph = StepGraph([
        ("a", .check, []), ("b", .check, []), ("replicaof", .effect, ["a", "b"]), ("approval", .gate, ["replicaof"]),
        ("failover", .pointOfNoReturn, ["approval"]),
    ])

    private func failed(_ run: inout RunStateMachine, _ id: NodeID, passes: Bool = false) -> RunStateMachine.Action {
        run.failed(id, isTransient: passes, random: 1)
    }

    @Test func `a run starts what it can and ends when all has succeeded`() {
        var run = RunStateMachine(graph: graph)
        #expect(run.begin() == .start(["a", "b"]))
        #expect(run.succeeded("b") == .wait)
        #expect(run.succeeded("a") == .start(["replicaof"]))
        #expect(run.succeeded("replicaof") == .start(["approval"]))
        #expect(run.succeeded("approval") == .start(["failover"]))
        #expect(run.succeeded("failover") == .finish(.succeeded))
    }

    @Test func `an empty graph has succeeded`() {
        var run = RunStateMachine(graph: StepGraph(nodes: []))
        #expect(run.begin() == .finish(.succeeded))
    }

    @Test func `the first failure is the cause, and what runs beside it still ends`() {
        var run = RunStateMachine(
            graph: StepGraph([("a", .check, []), ("b", .check, []), ("c", .check, []), ("d", .effect, ["c"])]))
        #expect(run.begin() == .start(["a", "b", "c"]))
        #expect(failed(&run, "b") == .wait)
        #expect(failed(&run, "a") == .wait)
        #expect(run.succeeded("c") == .finish(.failed("b")))
    }

    @Test func `a resumed run passes through what is kept, in order`() {
        var run = RunStateMachine(graph: graph)
        #expect(run.begin(kept: ["approval"]) == .start(["a", "b"]))
        #expect(run.succeeded("a") == .wait)
        #expect(run.succeeded("b") == .start(["replicaof"]))
        #expect(run.succeeded("replicaof") == .start(["failover"]))
        #expect(run.succeeded("failover") == .finish(.succeeded))
    }

    @Test func `a run of which all is kept has succeeded`() {
        var run = RunStateMachine(graph: graph)
        #expect(run.begin(kept: Set(graph.nodes.map(\.id))) == .finish(.succeeded))
    }

    @Test func `a failure that can pass is retried, later each time, and then no more`() {
        var run = RunStateMachine(graph: graph, policies: ["a": NodePolicy(retries: 2)])
        #expect(run.begin() == .start(["a", "b"]))
        #expect(failed(&run, "a", passes: true) == .retry("a", after: .seconds(1)))
        #expect(run.succeeded("b") == .wait)
        #expect(run.retryDue("a") == .start(["a"]))
        #expect(failed(&run, "a", passes: true) == .retry("a", after: .seconds(2)))
        #expect(run.retryDue("a") == .start(["a"]))
        #expect(failed(&run, "a", passes: true) == .finish(.failed("a")))
        #expect(run.attempts(of: "a") == 3)
    }

    @Test func `a failure that stays is not retried`() {
        var run = RunStateMachine(graph: graph, policies: ["a": NodePolicy(retries: 2)])
        #expect(run.begin() == .start(["a", "b"]))
        #expect(failed(&run, "a") == .wait)
        #expect(run.succeeded("b") == .finish(.failed("a")))
    }

    @Test func `an interrupt ends the rest between two attempts`() {
        var run = RunStateMachine(graph: graph, policies: ["a": NodePolicy(retries: 2)])
        #expect(run.begin() == .start(["a", "b"]))
        #expect(failed(&run, "a", passes: true) == .retry("a", after: .seconds(1)))
        #expect(run.interrupted() == .wait)
        #expect(run.retryDue("a") == .wait)
        #expect(run.succeeded("b") == .finish(.interrupted))
    }

    @Test func `an interrupt while all rest is the end`() {
        var run = RunStateMachine(graph: StepGraph([("a", .check, [])]), policies: ["a": NodePolicy(retries: 1)])
        #expect(run.begin() == .start(["a"]))
        #expect(failed(&run, "a", passes: true) == .retry("a", after: .seconds(1)))
        #expect(run.interrupted() == .finish(.interrupted))
    }

    @Test func `while draining nothing is retried, and a failure is not the cause`() {
        var run = RunStateMachine(graph: graph, policies: ["a": NodePolicy(retries: 2)])
        #expect(run.begin() == .start(["a", "b"]))
        #expect(run.interrupted() == .wait)
        #expect(failed(&run, "a", passes: true) == .wait)
        #expect(run.interrupted() == .wait)
        #expect(run.abandoned("b") == .finish(.interrupted))
    }

    @Test func `cancelling stops what runs, and each still reports`() {
        var run = RunStateMachine(graph: graph)
        #expect(run.begin() == .start(["a", "b"]))
        #expect(run.interrupted() == .wait)
        #expect(run.cancelled() == .cancel)
        #expect(run.abandoned("a") == .wait)
        #expect(run.abandoned("b") == .finish(.interrupted))
    }

    @Test func `who waits for a person holds up only what needs it`() {
        var run = RunStateMachine(
            graph: StepGraph([
                ("ask", .gate, []), ("go", .effect, ["ask"]), ("look", .check, []), ("end", .check, ["look"]),
            ]))
        #expect(run.begin() == .start(["ask", "look"]))
        #expect(run.paused("ask") == .wait)
        #expect(run.succeeded("look") == .start(["end"]))
        #expect(run.succeeded("end") == .finish(.paused("ask")))
    }

    @Test func `a failure weighs more than a pause`() {
        var run = RunStateMachine(graph: StepGraph([("ask", .gate, []), ("look", .check, [])]))
        #expect(run.begin() == .start(["ask", "look"]))
        #expect(run.paused("ask") == .wait)
        #expect(failed(&run, "look") == .finish(.failed("look")))
    }

    @Test func `a rollback goes on beside a failure, but not on top of it`() {
        let back = StepGraph([("c", .effect, []), ("b", .effect, ["c"]), ("x", .effect, []), ("w", .effect, ["x"])])
        var run = RunStateMachine(graph: back, onFailure: .goOn)
        #expect(run.begin() == .start(["c", "x"]))
        #expect(failed(&run, "c") == .wait)
        #expect(run.succeeded("x") == .start(["w"]))
        #expect(failed(&run, "w") == .finish(.failed("c")))
    }

    @Test func `a node that does not run cannot report`() async {
        await #expect(processExitsWith: .failure) {
            var run = RunStateMachine(graph: StepGraph([("a", .check, []), ("b", .check, ["a"])]))
            _ = run.begin()
            _ = run.succeeded("b")
        }
        await #expect(processExitsWith: .failure) {
            var run = RunStateMachine(graph: StepGraph([("a", .check, [])]))
            _ = run.begin()
            _ = run.succeeded("a")
            _ = run.succeeded("a")
        }
    }

    @Test func `nothing can be abandoned by a run that goes on`() async {
        await #expect(processExitsWith: .failure) {
            var run = RunStateMachine(graph: StepGraph([("a", .check, [])]))
            _ = run.begin()
            _ = run.abandoned("a")
        }
    }

    @Test func `a run begins once`() async {
        await #expect(processExitsWith: .failure) {
            var run = RunStateMachine(graph: StepGraph([("a", .check, [])]))
            _ = run.begin()
            _ = run.begin()
        }
    }

    @Test func `nothing can stop a run that has ended`() async {
        await #expect(processExitsWith: .failure) {
            var run = RunStateMachine(graph: StepGraph(nodes: []))
            _ = run.begin()
            _ = run.interrupted()
        }
    }
}

struct BackoffTests {
    @Test func `it doubles up to its limit`() {
        let backoff = Backoff(first: .seconds(1), limit: .seconds(5))
        #expect((1...5).map { backoff.delay(after: $0, random: 1) } == [1, 2, 4, 5, 5].map { Duration.seconds($0) })
        #expect(backoff.delay(after: 1_000_000, random: 1) == .seconds(5))
    }

    @Test func `chance takes at most half of it`() {
        let backoff = Backoff(first: .seconds(2), limit: .seconds(60))
        #expect(backoff.delay(after: 1, random: 0) == .seconds(1))
        #expect(backoff.delay(after: 1, random: 0.5) == .seconds(1.5))
    }
}
