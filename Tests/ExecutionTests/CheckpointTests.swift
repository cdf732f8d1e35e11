import PlanGraph
import Synchronization
import Testing

@testable import Execution

/// Checkpoints are written while the run goes on; the run waits only for what has to be in the store before an effect.
struct CheckpointTests {
    /// A door at which writes wait while it is closed.
    private final class Door: Sendable {
        private let state = Mutex((isClosed: false, waiting: [CheckedContinuation<Void, Never>]()))

        var isClosed: Bool { state.withLock { $0.isClosed } }

        func close() { state.withLock { $0.isClosed = true } }

        func pass() async {
            await withCheckedContinuation { continuation in
                let mayPass = state.withLock { state in
                    if state.isClosed { state.waiting.append(continuation) }
                    return !state.isClosed
                }
                if mayPass { continuation.resume() }
            }
        }

        /// Returns once a write waits at the door.
        func visitor() async {
            while state.withLock({ $0.waiting.isEmpty }) { await Task.yield() }
        }

        func open() {
            let waiting = state.withLock { state in
                defer { state = (false, []) }
                return state.waiting
            }
            for waiter in waiting { waiter.resume() }
        }
    }

    @Test func `a store that hangs holds up no check, and 'done' waits for it`() async {
        let checks = (1...20).map { NodeID(step: "check-\($0)") }
        let graph = StepGraph(checks.indices.map { (checks[$0], .check, $0 == 0 ? [] : [checks[$0 - 1]]) })
        let door = Door()
        var bench = Bench(graph: graph)
        bench.store = MemoryStore(beforeWrite: { _ in await door.pass() })
        bench.operations["check-1"] = FakeOperation(onInspect: { _ in
            door.close()
            return .ready(undo: nil)
        })
        let going = bench.start()
        await bench.events.first { if case .step("check-20", _, .succeeded) = $0 { true } else { false } }
        #expect(bench.store.last?["check-1"]?.status != .succeeded)
        #expect(!bench.events.lines.contains("run-finished"))
        door.open()
        let outcome = await going.value
        #expect(outcome.ending == .succeeded)
        #expect(outcome.state == bench.store.last)
        // Four writes at most: the first, the one that hung, perhaps one that began meanwhile, and the newest of those
        // behind it.
        #expect(bench.store.written.count <= 4)
        #expect(bench.events.lines.last == "run-finished")
    }

    @Test func `no effect is performed before its intent is in the store, whatever else goes on`() async {
        let door = Door()
        let world = FakeWorld()
        var bench = Bench(
            graph: StepGraph([("follow", .effect, []), ("look", .check, []), ("again", .check, ["look"])]))
        bench.store = MemoryStore(beforeWrite: { _ in await door.pass() })
        let store = bench.store
        bench.operations["follow"] = FakeOperation(
            onInspect: { _ in
                door.close()
                return .ready(undo: .string("alone"))
            },
            onPerform: { _ in
                #expect(store.last?["follow"]?.undo == .string("alone"))
                world.note("performed")
            })
        bench.operations["look"] = FakeOperation(onInspect: { _ in
            // The operation waits until the door is closed.
            while !door.isClosed { await Task.yield() }
            return .ready(undo: nil)
        })
        let going = bench.start()
        await bench.events.first { if case .step("again", _, .succeeded) = $0 { true } else { false } }
        #expect(world.log == [])
        door.open()
        #expect(await going.value.ending == .succeeded)
        #expect(world.log == ["performed"])
    }

    @Test func `nothing is taken back before it is in the store that it is going to be`() async {
        var bench = Bench(graph: StepGraph([("follow", .effect, [])]))
        let run = await bench.run()
        let door = Door()
        bench.store = MemoryStore(beforeWrite: { if $0["follow"]?.status == .started { await door.pass() } })
        door.close()
        let world = FakeWorld()
        let store = bench.store
        bench.operations["follow"] = FakeOperation(onUndo: { _ in
            #expect(store.last?["follow"]?.status == .started)
            world.note("undone")
            return "it is alone again"
        })
        let going = bench.startRollback(run.state)
        await door.visitor()
        #expect(world.log == [])
        door.open()
        #expect(await going.value.ending == .complete)
        #expect(world.log == ["undone"])
    }

    @Test func `a lease that is lost stops a wait, and an effect that waits for its record does not happen`() async {
        let door = Door()
        var bench = Bench(graph: StepGraph([("sync", .wait, []), ("follow", .effect, [])]))
        bench.store = MemoryStore(beforeWrite: { if $0["follow"]?.status == .started { await door.pass() } })
        door.close()
        let store = bench.store
        bench.operations["sync"] = FakeOperation(onPerform: { try await $0.clock.sleep(for: .seconds(3600)) })
        bench.operations["follow"] = FakeOperation(onPerform: { _ in Issue.record("performed after the loss") })
        let going = bench.start()
        await bench.clock.sleepers(1)
        await door.visitor()
        store.takeAway()
        // The store does not answer, and the run does not wait for it.
        let outcome = await going.value
        #expect(outcome.ending == .leaseLost(MemoryStore.taken))
        #expect(outcome.state.statuses == ["sync": .pending, "follow": .pending])
        door.open()
    }

    @Test func `an operation that cannot be stopped half way is told that the lease is lost`() async {
        let world = FakeWorld()
        var bench = Bench(graph: StepGraph([("cut", .pointOfNoReturn, []), ("verify", .check, ["cut"])]))
        bench.operations["cut"] = FakeOperation(onPerform: { context in
            await Task {
                world.note("began")
                while !context.isLeaseLost { await Task.yield() }
                #expect(context.isDraining)
                world.note("stepped back")
            }.value
            await #expect(throws: StoreFailure.self) { try await context.save(.string("further")) }
        })
        bench.operations["verify"] = FakeOperation(onInspect: { _ in
            Issue.record("went on after the loss")
            return .done("")
        })
        let going = bench.start()
        while world.log.isEmpty { await Task.yield() }
        bench.store.takeAway()
        #expect(await going.value.ending == .leaseLost(MemoryStore.taken))
        #expect(world.log == ["began", "stepped back"])
    }
}
