import PlanGraph
import Testing

@testable import Execution

/// The process dies before or after any write and any change to the world, and a resume must end as if it had not died.
struct CrashAnywhereTests {
    private let graph = StepGraph([
        ("look", .check, []), ("page", .effect, []), ("follow", .effect, ["look"]), ("sync", .wait, ["follow"]),
        ("cut", .pointOfNoReturn, ["sync", "page"]), ("verify", .check, ["cut"]),
    ])
    /// More moments than any of the runs here has.
    private let manyMoments = 200

    /// How many turns of the other tasks a write takes. The slower the writes, the more unwritten record dies with the
    /// process.
    private static let delays = [0, 2]

    private func bench(_ world: FakeWorld, _ doom: Doom, delay: Int = 0, failing: NodeID? = nil) -> Bench {
        var bench = Bench(graph: graph)
        for node in graph.nodes where node.role.isEffect {
            bench.operations[node.id] = SwitchOperation(name: "\(node.id)", world: world, doom: doom)
        }
        if let failing { bench.operations[failing] = FakeOperation(onPerform: { _ in throw StepFailure.broken }) }
        bench.store = MemoryStore(doom: doom, beforeWrite: { _ in for _ in 0..<delay { await Task.yield() } })
        return bench
    }

    /// The world after an undisturbed run: both switches of each effect, each turned once.
    private let whole = ["page", "follow", "cut"].flatMap { [$0 + ".fence", $0] }

    @Test(arguments: delays)
    func `a run that is cut anywhere and resumed ends in the same world, each effect made once`(delay: Int) async {
        for moments in 1...manyMoments {
            let (world, doom) = (FakeWorld(), Doom(after: moments))
            let cut = bench(world, doom, delay: delay)
            _ = await cut.run()
            let resumed = bench(world, Doom())
            let outcome = await resumed.run(cut.store.last ?? cut.fresh)
            #expect(outcome.ending == .succeeded, "cut after \(moments)")
            #expect(world.log.sorted() == whole.map { "+" + $0 }.sorted(), "cut after \(moments)")
            guard doom.isDead else {
                // A run has at least five writes that it waits for and six changes of the world, with a moment before
                // and after each.
                #expect(moments > 20, "the crash came later than anything that it could hit")
                return
            }
        }
        Issue.record("a run has more moments than were tried")
    }

    @Test func `a run that is cut again and again ends in the same world`() async {
        for step in 3...12 {
            let world = FakeWorld()
            var state: RunState?
            for _ in 0..<60 {
                let doom = Doom(after: step)
                let cut = bench(world, doom, delay: 2)
                let outcome = await cut.run(state ?? cut.fresh)
                state = cut.store.last ?? state
                if outcome.ending == .succeeded { break }
            }
            #expect(world.on.isSubset(of: whole))
            let outcome = await bench(world, Doom()).run(state ?? RunState(for: graph))
            #expect(outcome.ending == .succeeded)
            #expect(world.log.sorted() == whole.map { "+" + $0 }.sorted(), "cut after each \(step)")
        }
    }

    @Test(arguments: delays) func `a run that is cut anywhere can be rolled back instead`(delay: Int) async {
        for moments in 1...manyMoments {
            let (world, doom) = (FakeWorld(), Doom(after: moments))
            let cut = bench(world, doom, delay: delay, failing: "cut")
            _ = await cut.run()
            let outcome = await bench(world, Doom()).rollBack(cut.store.last ?? cut.fresh)
            #expect(outcome.ending == .complete, "cut after \(moments)")
            #expect(world.on.isEmpty, "cut after \(moments)")
            guard doom.isDead else { return }
        }
        Issue.record("a run has more moments than were tried")
    }

    @Test(arguments: delays)
    func `a rollback that is cut anywhere and begun again leaves nothing, each effect taken back once`(
        delay: Int
    ) async {
        for moments in 1...manyMoments {
            let (world, doom) = (FakeWorld(), Doom(after: moments))
            let run = await bench(world, Doom(), failing: "cut").run()
            #expect(run.ending == .failed("cut"))
            let cut = bench(world, doom, delay: delay)
            _ = await cut.rollBack(run.state)
            let outcome = await bench(world, Doom()).rollBack(cut.store.last ?? run.state)
            #expect(outcome.ending == .complete, "cut after \(moments)")
            #expect(world.on.isEmpty, "cut after \(moments)")
            #expect(world.log.count { $0.hasPrefix("-") } == 4, "cut after \(moments)")
            guard doom.isDead else { return }
        }
        Issue.record("a rollback has more moments than were tried")
    }
}
