import Seeding
import Testing

@testable import PlanGraph

struct RollbackGraphTests {
    @Test func `the way back is the effects up to the point of no return, last first`() {
        #expect(
            StepGraph.recipe.rollbackGraph().nodes == [
                StepGraph.Node(
                    id: "failover", kind: "failover",
                    title: "undo until it is passed: the target takes over", role: .pointOfNoReturn, needs: []),
                StepGraph.Node(
                    id: "replicaof", kind: "replicaof",
                    title: "undo: the target follows the source", role: .effect, needs: ["failover"]),
            ])
    }

    @Test func `the way back is drawn as one`() {
        let back = StepGraph.recipe.rollbackGraph()
        #expect(
            Drawing(back).mermaid == """
                %%{init: {"flowchart": {"wrappingWidth": 520}}}%%
                flowchart TD
                    n0[["undo/failover<br/>undo until it is passed: the target<br/>takes over"]]:::point-of-no-return
                    n1["undo/replicaof<br/>undo: the target follows the source"]
                    n0 --> n1
                    classDef gate stroke-dasharray:5 3
                    classDef point-of-no-return stroke:#c00,stroke-width:3px

                """)
        #expect(
            Drawing(back).dot.contains(
                #"n1 [label="undo/replicaof\nundo: the target follows the source", shape=box, class="effect"];"#))
        for text in [#""id" : "undo/replicaof""#, #""step" : "undo/replicaof""#] { #expect(back.json.contains(text)) }
    }

    @Test func `a plan without effects has nothing to take back`() {
        #expect(StepGraph([("a", .check, []), ("b", .wait, ["a"])]).rollbackGraph().nodes.isEmpty)
    }

    @Test(.saysSeed) func `in a random graph the way back turns every order round`() {
        var generator = SeededRandom(4)
        for _ in 0..<200 {
            let graph = generator.graph()
            let kept = Set(graph.nodes.filter { $0.role.isEffect }.map(\.id))
            let back = graph.reversed(keeping: kept)
            #expect(Set(back.nodes.map(\.id)) == kept)
            #expect(back.edges.order == Array(back.nodes.indices))
            for id in kept {
                #expect(back.needs(ofAny: [id]) == graph.dependents(ofAny: [id]).intersection(kept))
            }
        }
    }
}
