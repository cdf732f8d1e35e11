import PlanGraph
import Testing

@testable import Execution

struct ExecutorInterruptTests {
    private let graph = StepGraph([("sync", .wait, []), ("cut", .pointOfNoReturn, ["sync"])])

    private static func waitForDrain(_ context: StepContext) async throws {
        while !context.isDraining { try await context.clock.sleep(for: .seconds(1)) }
        throw CancellationError()
    }

    @Test func `a drain ends a wait, which is pending again`() async {
        var bench = Bench(graph: graph)
        bench.operations["sync"] = FakeOperation(onPerform: Self.waitForDrain)
        let going = bench.start()
        await bench.clock.sleepers(1)
        #expect(bench.store.last?["sync"]?.status == .started)
        bench.interrupts.send(.drain)
        await bench.events.first { $0 == .runDraining }
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .interrupted)
        #expect(await going.value.state.status == .stopped)
        #expect(await going.value.state.statuses == ["sync": .pending, "cut": .pending])
        #expect(bench.events.lines.suffix(3) == ["run-draining", "sync interrupted", "run-finished"])
    }

    @Test func `a drain lets an effect finish and starts nothing more`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, []), ("sync", .wait, ["follow"])]))
        bench.operations["follow"] = FakeOperation(onPerform: { try await $0.clock.sleep(for: .seconds(1)) })
        let going = bench.start()
        await bench.clock.sleepers(1)
        bench.interrupts.send(.drain)
        await bench.events.first { $0 == .runDraining }
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .interrupted)
        #expect(await going.value.state.statuses == ["follow": .succeeded, "sync": .pending])
    }

    @Test func `cancelling stops an effect in the middle, and nobody knows how far it came`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        bench.operations["follow"] = FakeOperation(
            onInspect: { _ in .ready(undo: .string("before")) },
            onPerform: { try await $0.clock.sleep(for: .seconds(3600)) })
        let going = bench.start()
        await bench.clock.sleepers(1)
        bench.interrupts.send(.drain)
        bench.interrupts.send(.cancel)
        #expect(await going.value.ending == .interrupted)
        #expect(await going.value.state["follow"]?.status == .started)
        #expect(await going.value.state["follow"]?.undo == .string("before"))
        #expect(
            bench.events.lines.suffix(4) == ["run-draining", "run-cancelling", "follow interrupted", "run-finished"])
    }

    @Test func `who cannot be stopped in the middle is waited for`() async {
        let world = FakeWorld()
        var bench = Bench(graph: StepGraph([("cut", .pointOfNoReturn, [])]))
        bench.operations["cut"] = FakeOperation(onPerform: { context in
            await Task { try? await context.clock.sleep(for: .seconds(2)) }.value
            world.turn("target is primary", on: true)
        })
        let going = bench.start()
        await bench.clock.sleepers(1)
        bench.interrupts.send(.cancel)
        await bench.events.first { $0 == .runCancelling }
        bench.clock.advance(by: .seconds(2))
        #expect(await going.value.state["cut"]?.status == .succeeded)
        #expect(world.on == ["target is primary"])
    }

    @Test func `an interrupt ends the time between two attempts`() async {
        var bench = Bench(graph: graph, policies: ["sync": NodePolicy(retries: 5)])
        bench.operations["sync"] = FakeOperation(onPerform: { _ in throw StepFailure.passing })
        let going = bench.start()
        await bench.events.first { if case .step(_, _, .retrying) = $0 { true } else { false } }
        bench.interrupts.send(.drain)
        #expect(await going.value.ending == .interrupted)
        #expect(await going.value.state["sync"]?.status == .failed)
    }

    @Test func `a caller that is cancelled gets a run that is stopped in order`() async {
        var bench = Bench(graph: graph)
        bench.operations["sync"] = FakeOperation(onPerform: { try await $0.clock.sleep(for: .seconds(3600)) })
        let task = bench.start()
        await bench.clock.sleepers(1)
        task.cancel()
        let outcome = await task.value
        #expect(outcome.ending == .interrupted)
        #expect(outcome.state == bench.store.last)
        #expect(outcome.state.status == .stopped)
    }

    @Test func `an interrupt reaches the rollback that follows a run`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        bench.operations["follow"] = FakeOperation(
            onUndo: { context in
                try await Self.waitForDrain(context)
                return nil
            })
        let run = await bench.run()
        let going = bench.startRollback(run.state)
        await bench.clock.sleepers(1)
        bench.interrupts.send(.drain)
        await bench.events.first { $0 == .runDraining }
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .interrupted)
        #expect(await going.value.state.status == .rollingBack)
        #expect(await going.value.remaining == ["follow"])
    }
}
