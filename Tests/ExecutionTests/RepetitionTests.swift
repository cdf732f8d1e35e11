import PlanGraph
import Synchronization
import Testing

@testable import Execution

/// Checks that are made anew after they have succeeded, beside the steps that follow, until the cutover.
struct RepetitionTests {
    private let graph = StepGraph([
        ("data", .check, []), ("approval", .gate, ["data"]), ("failover", .pointOfNoReturn, ["approval"]),
        ("after", .check, ["failover"]),
    ])

    private var machine: RunStateMachine {
        get throws {
            var run = RunStateMachine(graph: graph)
            #expect(run.begin() == .start(["data"]))
            #expect(run.succeeded("data") == .start(["approval"]))
            return run
        }
    }

    @Test func `a node that has succeeded is made anew, again and again`() throws {
        var run = try machine
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.isRenewing("data"))
        #expect(run.succeeded("data") == .wait)
        #expect(!run.isRenewing("data"))
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.failed("data", isTransient: true, random: 1) == .wait)
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.succeeded("data") == .wait)
        #expect(run.succeeded("approval") == .start(["failover"]))
        #expect(run.renewalDue("data") == .wait)
        #expect(run.succeeded("failover") == .start(["after"]))
        #expect(run.succeeded("after") == .finish(.succeeded))
    }

    @Test func `a point of no return waits until the pass has ended`() throws {
        var run = try machine
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(!run.endsRenewals)
        #expect(run.succeeded("approval") == .wait)
        #expect(run.endsRenewals)
        #expect(run.abandoned("data") == .start(["failover"]))
        #expect(run.succeeded("failover") == .start(["after"]))
    }

    @Test func `a pass that fails for good holds everything back`() throws {
        var run = try machine
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.failed("data", isTransient: false, random: 1) == .wait)
        #expect(run.succeeded("approval") == .finish(.failed("data")))
    }

    @Test func `a pass that fails when the point of no return is about to begin holds it back`() throws {
        var run = try machine
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.succeeded("approval") == .wait)
        #expect(run.failed("data", isTransient: false, random: 1) == .finish(.failed("data")))
    }

    @Test func `a run that is stopped does not wait for a pass`() throws {
        var run = try machine
        #expect(run.renewalDue("data") == .renew("data"))
        #expect(run.interrupted() == .wait)
        #expect(run.abandoned("approval") == .finish(.interrupted))
    }

    private func bench() -> Bench {
        Bench(graph: graph, policies: ["data": NodePolicy(repetition: .seconds(3600))])
    }

    /// Waits until a pass has left this result.
    private static func passed(_ memo: Int64, _ bench: Bench) async {
        await bench.events.first { kind in
            if case .step("data", _, .succeeded(let result, _, _)) = kind { result.memo == .int(memo) } else { false }
        }
    }

    @Test func `the record has the result of the last pass, and its age`() async throws {
        var bench = bench()
        bench.operations["data"] = FakeOperation(onVerify: { context in
            StepResult("compared", memo: .int(Int64(context.clock.elapsed.components.seconds)))
        })
        let (cutover, person) = (Seen(), Seen())
        bench.operations["approval"] = FakeOperation(onPerform: { context in
            try await context.clock.sleep(for: .seconds(9_000))
            person.note(context.latestMemo(of: "data"))
            #expect(context.memo(of: "data") == .int(0))
        })
        bench.operations["failover"] = FakeOperation(onPerform: { cutover.note($0.memo(of: "data")) })
        let going = bench.start()
        for time in [3_600, 7_200] as [Int64] {
            await bench.clock.sleepers(2)
            bench.clock.advance(by: .seconds(3_600))
            await Self.passed(time, bench)
        }
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(1_800))
        let outcome = await going.value
        #expect(outcome.ending == .succeeded)
        #expect(bench.events.lines.count { $0 == "data succeeded" } == 3)
        #expect(outcome.state["data"]?.result?.memo == .int(7_200))
        #expect(cutover.memo == .int(7_200))
        #expect(person.memo == .int(7_200))
    }

    @Test func `a difference found meanwhile ends the wait for a person, and nothing is cut over`() async {
        var bench = bench()
        let count = Count()
        bench.operations["data"] = FakeOperation(onVerify: { _ in
            if count.next() == 2 { throw StepFailure.broken }
            return StepResult("compared")
        })
        bench.operations["approval"] = FakeOperation(onPerform: { context in
            while !context.isDraining { try await context.clock.sleep(for: .seconds(10)) }
            throw CancellationError()
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(3_600))
        await bench.events.first { if case .step("data", _, .failed) = $0 { true } else { false } }
        await bench.clock.sleepers(1)
        bench.clock.advance(by: .seconds(10))
        let outcome = await going.value
        #expect(outcome.ending == .failed("data"))
        #expect(outcome.state["failover"]?.status == .pending)
        #expect(outcome.state["data"]?.status == .failed)
    }

    @Test func `what passes by itself is tried again later, and the earlier result stays`() async {
        var bench = bench()
        let count = Count()
        bench.operations["data"] = FakeOperation(onVerify: { _ in
            let number = count.next()
            if number == 2 { throw StepFailure.passing }
            return StepResult("pass \(number)")
        })
        bench.operations["approval"] = FakeOperation(onPerform: { try await $0.clock.sleep(for: .seconds(5_000)) })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(3_600))
        await bench.events.first {
            if case .step("data", _, .retrying(_, .seconds(3_600))) = $0 { true } else { false }
        }
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(1_400))
        let outcome = await going.value
        #expect(outcome.ending == .succeeded)
        #expect(outcome.state["data"]?.result?.summary == "pass 1")
    }

    @Test func `the cutover ends a pass that is going on`() async {
        var bench = bench()
        let count = Count()
        bench.operations["data"] = FakeOperation(onVerify: { context in
            if count.next() == 2 { try await context.clock.sleep(for: .seconds(1_000_000)) }
            return StepResult("compared")
        })
        bench.operations["approval"] = FakeOperation(onPerform: { try await $0.clock.sleep(for: .seconds(3_700)) })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(3_600))
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(100))
        let outcome = await going.value
        #expect(outcome.ending == .succeeded)
        #expect(bench.events.lines.contains("data interrupted"))
        #expect(outcome.state["data"]?.status == .succeeded)
    }
}

private final class Count: Sendable {
    private let value = Atomic(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

private final class Seen: Sendable {
    private let stored = Mutex<StateValue?>(nil)
    var memo: StateValue? { stored.withLock { $0 } }
    func note(_ memo: StateValue?) { stored.withLock { $0 = memo } }
}

extension Clock<Duration> {
    /// Since a manual clock was made.
    fileprivate var elapsed: Duration { (self as? ManualClock)?.now.offset ?? .zero }
}
