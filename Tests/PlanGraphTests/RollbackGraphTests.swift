import Testing

@testable import PlanGraph

struct RollbackGraphTests {
    @Test func `the way back is the effects up to the point of no return, last first`() {
        #expect(
            StepGraph.recipe.rollbackGraph().nodes == [
                StepGraph.Node(
                    id: "undo/failover", step: "undo/failover", kind: "failover",
                    title: "undo until it is passed: the target takes over", role: .pointOfNoReturn, needs: []),
                StepGraph.Node(
                    id: "undo/replicaof", step: "undo/replicaof", kind: "replicaof",
                    title: "undo: the target follows the source", role: .effect, needs: ["undo/failover"]),
            ])
    }

    @Test func `a plan without effects has nothing to take back`() {
        #expect(StepGraph([("a", .check, []), ("b", .wait, ["a"])]).rollbackGraph().nodes.isEmpty)
    }

    @Test func `in a random graph the way back turns every order round`() {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<200 {
            let graph = generator.graph()
            let kept = Set(graph.nodes.filter { $0.role.isEffect }.map(\.id))
            let back = graph.reversed(keeping: kept)
            #expect(Set(back.nodes.map(\.id)) == kept)
            #expect(back.topologicalOrder == back.nodes)
            for id in kept {
                #expect(back.transitiveNeeds(of: id) == graph.transitiveDependents(of: id).intersection(kept))
            }
        }
    }
}
