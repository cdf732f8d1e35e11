extension StepGraph {
    /// Every node after all that it needs, otherwise in the order of the plan. Linear in nodes and edges.
    package var topologicalOrder: [Node] { positionsInOrder.map { nodes[$0] } }

    /// Nodes that can run at the same time, wave after wave: each node as early as its needs allow.
    package var waves: [[Node]] {
        var depth = [Int](repeating: 0, count: nodes.count)
        for position in positionsInOrder {
            depth[position] = edges.needs[position].reduce(0) { max($0, depth[$1] + 1) }
        }
        var waves = [[Node]](repeating: [], count: (depth.max() ?? -1) + 1)
        for (position, node) in nodes.enumerated() { waves[depth[position]].append(node) }
        return waves
    }

    /// All that must have succeeded before `id` starts. Empty for an id that the graph does not have.
    package func transitiveNeeds(of id: String) -> Set<String> { ids(from: id, along: edges.needs) }

    /// All that cannot start before `id` has succeeded.
    package func transitiveDependents(of id: String) -> Set<String> { ids(from: id, along: edges.dependents) }

    /// Whether `later` needs `earlier`, directly or through others.
    package func isAfter(_ later: String, _ earlier: String) -> Bool {
        transitiveNeeds(of: later).contains(earlier)
    }

    var positionsInOrder: [Int] {
        guard let order = edges.order() else { preconditionFailure("a graph has a cycle: its plan was not checked") }
        return order
    }

    private func ids(from id: String, along neighbours: [[Int]]) -> Set<String> {
        guard let start = edges.positions[id] else { return [] }
        return Set(edges.reachable(from: [start], along: neighbours).map { nodes[$0].id })
    }
}

extension StepGraph {
    /// All that any of the chosen nodes needs, in one linear walk.
    package func needsOfAny(_ isChosen: (Node) -> Bool) -> Set<String> { ids(fromAll: isChosen, along: edges.needs) }

    /// All that cannot start before any of the chosen nodes has succeeded, in one linear walk.
    package func dependentsOfAny(_ isChosen: (Node) -> Bool) -> Set<String> {
        ids(fromAll: isChosen, along: edges.dependents)
    }

    private func ids(fromAll isChosen: (Node) -> Bool, along neighbours: [[Int]]) -> Set<String> {
        let start = nodes.indices.filter { isChosen(nodes[$0]) }
        return Set(edges.reachable(from: start, along: neighbours).map { nodes[$0].id })
    }
}
