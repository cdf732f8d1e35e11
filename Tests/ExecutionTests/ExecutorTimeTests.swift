import PlanGraph
import Testing

@testable import Execution

struct ExecutorTimeTests {
    private let graph = StepGraph([("sync", .wait, []), ("cut", .pointOfNoReturn, ["sync"])])

    @Test func `a step that takes too long is stopped, and says what it waited for`() async {
        var bench = Bench(graph: graph, policies: ["sync": NodePolicy(timeout: .seconds(90))])
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            context.report(Progress("full sync", now: "412 MiB", wanted: "1.2 GiB"))
            try await context.clock.sleep(for: .seconds(3600))
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(90))
        let failure = await going.value.failures.first?.failure
        #expect(failure?.code == .executor(.stepTimeout))
        #expect(failure?.what == "the step was not done within 1m30s: it was waiting for full sync")
        #expect(failure?.place == ["now 412 MiB", "wanted 1.2 GiB"])
        #expect(failure?.isTransient == true)
    }

    @Test func `who puts something right after the time is over says in what state the world is`() async {
        var bench = Bench(graph: graph, policies: ["sync": NodePolicy(timeout: .seconds(1))])
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            try? await context.clock.sleep(for: .seconds(3600))
            throw StepFailure(
                code: FailureCode(word: "fenced"), what: "the pause was lifted", world: ["the source takes writes"])
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(1))
        let failure = await going.value.failures.first?.failure
        #expect(failure?.code == .executor(.stepTimeout))
        #expect(failure?.place == ["the pause was lifted"])
        #expect(failure?.world == ["the source takes writes"])
    }

    @Test func `who succeeds after the time is over has succeeded`() async {
        var bench = Bench(graph: graph, policies: ["sync": NodePolicy(timeout: .seconds(1))])
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            try? await context.clock.sleep(for: .seconds(3600))
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .succeeded)
    }

    @Test func `the time limit is of one attempt`() async {
        var bench = Bench(graph: graph, policies: ["sync": NodePolicy(timeout: .seconds(10), retries: 1)])
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            if context.attempt == 1 { try await context.clock.sleep(for: .seconds(3600)) }
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(10))
        await bench.events.first { if case .step("sync", _, .retrying) = $0 { true } else { false } }
        await bench.clock.sleepers(1)
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .succeeded)
        #expect(await going.value.state["sync"]?.attempts == 2)
        #expect(
            bench.events.lines.prefix(5) == [
                "run-started", "sync started", "sync retrying 1s", "sync started", "sync succeeded",
            ])
    }

    @Test func `an effect that is tried again finds the undo data of its first attempt`() async {
        var bench = Bench(
            graph: StepGraph([("follow", .effect, [])]), policies: ["follow": NodePolicy(retries: 1)])
        bench.operations["follow"] = FakeOperation(
            onInspect: { context in
                #expect(context.undo == (context.attempt == 1 ? nil : .string("before")))
                return .ready(undo: context.undo ?? .string("before"))
            },
            onPerform: { context in if context.attempt == 1 { throw StepFailure.passing } })
        let going = bench.start()
        await bench.clock.sleepers(1)
        #expect(bench.store.last?["follow"]?.status == .failed)
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .succeeded)
    }

    @Test func `progress is shown at a pace that can be read, the latest last`() async {
        var bench = Bench(graph: StepGraph([("sync", .wait, [])]))
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            for percent in 1...100 { context.report(Progress("full sync", now: "\(percent) %")) }
            try await context.clock.sleep(for: .seconds(1))
            context.report(Progress("full sync", now: "done"))
        })
        let going = bench.start()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .milliseconds(200))
        await bench.events.first { if case .step(_, _, .progress(let now)) = $0 { now.now == "100 %" } else { false } }
        bench.clock.advance(by: .seconds(1))
        #expect(await going.value.ending == .succeeded)
        #expect(
            bench.events.lines == [
                "run-started", "sync started", "sync progress 1 %", "sync progress 100 %", "sync progress done",
                "sync succeeded", "run-finished",
            ])
    }

    @Test func `the last figures of a step are told, however soon it ends`() async {
        var bench = Bench(graph: StepGraph([("sync", .wait, [])]))
        bench.operations["sync"] = FakeOperation(onPerform: { context in
            for percent in 1...100 {
                context.report(Progress("full sync", now: "\(percent) %", figures: [.copiedBytes: Double(percent)]))
            }
        })
        #expect(await bench.start().value.ending == .succeeded)
        #expect(
            bench.events.lines == [
                "run-started", "sync started", "sync progress 1 %", "sync progress 100 %", "sync succeeded",
                "run-finished",
            ])
    }
}

struct ProgressPaceTests {
    private func at(_ milliseconds: Int) -> Duration { .milliseconds(milliseconds) }

    @Test func `the first is shown, the next is held, the rest waits with it`() {
        var pace = ProgressPace(interval: .milliseconds(200))
        #expect(pace.receive(Progress("1"), of: "a", at: at(0)) == .show)
        #expect(pace.receive(Progress("2"), of: "a", at: at(50)) == .hold(.milliseconds(150)))
        #expect(pace.receive(Progress("3"), of: "a", at: at(60)) == .held)
        #expect(pace.receive(Progress("1"), of: "b", at: at(60)) == .show)
        #expect(pace.due("a", at: at(200)) == Progress("3"))
        #expect(pace.receive(Progress("4"), of: "a", at: at(399)) == .hold(.milliseconds(1)))
        #expect(pace.latest("a") == Progress("4"))
    }

    @Test func `a step that ended shows nothing that was held`() {
        var pace = ProgressPace(interval: .milliseconds(200))
        #expect(pace.receive(Progress("1"), of: "a", at: at(0)) == .show)
        #expect(pace.receive(Progress("2"), of: "a", at: at(1)) == .hold(.milliseconds(199)))
        pace.end("a")
        #expect(pace.due("a", at: at(200)) == nil)
        #expect(pace.latest("a") == nil)
    }
}
