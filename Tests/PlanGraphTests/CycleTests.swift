import Seeding
import Testing

@testable import PlanGraph

struct CycleTests {
    private func cycles(_ list: [(id: String, needs: [String])]) -> [[String]] {
        Cycle<String>.all(in: list).map(\.ids)
    }

    @Test func `a plan in order has none`() {
        #expect(cycles([]) == [])
        #expect(cycles(StepGraph.recipe.nodes.map { ("\($0.id)", $0.needs.map(\.description)) }) == [])
    }

    @Test func `who needs itself is a cycle of one`() {
        #expect(cycles([("a", []), ("b", ["a", "b"])]) == [["b"]])
    }

    @Test func `a ring begins with its first step and follows the needs`() {
        #expect(cycles([("x", ["a"]), ("a", ["c"]), ("b", ["a"]), ("c", ["b"])]) == [["a", "c", "b"]])
    }

    @Test func `each knot is reported once, by its shortest ring`() {
        #expect(
            cycles([("a", ["b", "c"]), ("b", ["c"]), ("c", ["a"]), ("d", ["e"]), ("e", ["d"]), ("f", ["a", "d"])])
                == [["a", "c"], ["d", "e"]])
    }

    @Test func `what is another mistake is passed over`() {
        #expect(cycles([("a", ["nobody", "b"]), ("b", []), ("b", ["a"])]) == [])
    }

    @Test(.saysSeed) func `in a random list a ring is a ring, and without rings there is an order`() throws {
        var generator = SeededRandom(3)
        for _ in 0..<300 {
            let count = Int.random(in: 1...20, using: &generator)
            let list = (0..<count).map { number in
                let needs = (0..<count).filter { _ in Int.random(in: 0..<15, using: &generator) == 0 }
                return (id: "n\(number)", needs: needs.map { "n\($0)" })
            }
            let needs = Dictionary(uniqueKeysWithValues: list.map { ($0.id, $0.needs) })
            let found = cycles(list)
            for ring in found {
                #expect(Set(ring).count == ring.count)
                for (id, next) in zip(ring, ring.dropFirst() + ring.prefix(1)) {
                    #expect(needs[id]?.contains(next) == true)
                }
            }
            let edges = try #require(Edges(list))
            #expect(found.isEmpty == (edges.orderUnlessCyclic() != nil))
        }
    }

    @Test func `a ring of 100,000 does not end on the stack`() {
        let count = 100_000
        let list = (0..<count).map { (id: "\($0)", needs: ["\(($0 + 1) % count)"]) }
        #expect(cycles(list).first?.count == count)
    }
}
