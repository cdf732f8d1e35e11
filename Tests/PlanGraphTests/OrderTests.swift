import Seeding
import Testing

@testable import PlanGraph

struct OrderTests {
    @Test func `a plan that is in order stays in its order`() {
        #expect(StepGraph.recipe.edges.order == Array(StepGraph.recipe.nodes.indices))
    }

    @Test func `a node moves only behind what it needs`() {
        let graph = StepGraph([("c", .check, ["b"]), ("a", .check, []), ("b", .check, ["a"]), ("d", .check, [])])
        #expect(graph.edges.order.map { graph.nodes[$0].id } == ["a", "b", "c", "d"])
    }

    @Test func `a wave is all that can run at the same time`() {
        #expect(
            StepGraph.recipe.waves.map { $0.map(\.id) } == [
                ["preflight/source", "preflight/target"], ["replicaof"], ["synced"], ["approval"], ["failover"],
                ["dns"],
            ])
        #expect(StepGraph(nodes: []).waves.isEmpty)
    }

    @Test func `after is through any number of needs`() {
        let graph = StepGraph.recipe
        #expect(graph.needs(ofAny: ["synced"]) == ["replicaof", "preflight/source", "preflight/target"])
        #expect(graph.dependents(ofAny: ["approval"]) == ["failover", "dns"])
        #expect(graph.needs(ofAny: ["replicaof", "synced"]) == graph.needs(ofAny: ["synced"]))
        #expect(graph.needs(ofAny: ["preflight/source"]).isEmpty)
        #expect(graph.needs(ofAny: ["nothing"]).isEmpty)
        #expect(graph.dependents(ofAny: []).isEmpty)
    }

    @Test(.saysSeed) func `in a random graph everything comes after what it needs, once`() {
        var generator = SeededRandom(1)
        for _ in 0..<200 {
            let graph = generator.graph()
            let order = graph.edges.order.map { graph.nodes[$0] }
            var place: [NodeID: Int] = [:]
            for (number, node) in order.enumerated() { place[node.id] = number }
            #expect(place.count == graph.nodes.count)
            #expect(order.allSatisfy { node in node.needs.allSatisfy { (place[$0] ?? .max) < (place[node.id] ?? 0) } })
        }
    }

    @Test(.saysSeed) func `in a random graph a node is one wave behind the last that it needs`() {
        var generator = SeededRandom(2)
        for _ in 0..<200 {
            let graph = generator.graph()
            var wave: [NodeID: Int] = [:]
            for (number, nodes) in graph.waves.enumerated() { for node in nodes { wave[node.id] = number } }
            #expect(wave.count == graph.nodes.count)
            for node in graph.nodes {
                #expect(wave[node.id] == (node.needs.compactMap { wave[$0] }.max() ?? -1) + 1)
            }
        }
    }

    @Test func `a chain of 100,000 nodes does not end on the stack`() {
        let graph = StepGraph(
            nodes: (0..<100_000).reversed().map { number in
                StepGraph.Node(
                    id: NodeID(step: "\(number)"), kind: "run", title: "", role: .effect,
                    needs: number == 0 ? [] : [NodeID(step: "\(number - 1)")])
            })
        #expect(graph.edges.order.first == 99_999)
        #expect(graph.waves.count == 100_000)
        #expect(graph.rollbackGraph().nodes.first?.id == "99999")
    }

    @Test func `a graph of what no plan can be is a mistake in planrun`() async {
        await #expect(processExitsWith: .failure) { _ = StepGraph([("a", .check, ["b"])]) }
        await #expect(processExitsWith: .failure) { _ = StepGraph([("a", .check, []), ("a", .check, [])]) }
        await #expect(processExitsWith: .failure) {
            _ = StepGraph([("a", .check, ["b"]), ("b", .check, ["a"])]).edges.order
        }
    }
}
