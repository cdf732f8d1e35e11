extension StepGraph {
    /// Nodes that can run at the same time, wave after wave: each node as early as its needs allow.
    package var waves: [[Node]] {
        var depth = [Int](repeating: 0, count: nodes.count)
        for position in edges.order {
            depth[position] = edges.needs[position].reduce(0) { max($0, depth[$1] + 1) }
        }
        var waves = [[Node]](repeating: [], count: (depth.max() ?? -1) + 1)
        for (position, node) in nodes.enumerated() { waves[depth[position]].append(node) }
        return waves
    }

    /// All that must have succeeded before one of these nodes starts. Takes linear time, however many nodes are given.
    package func needs(ofAny ids: some Sequence<NodeID>) -> Set<NodeID> { edges.needs(ofAny: ids) }

    /// All that cannot start before one of these nodes has succeeded. Takes linear time, however many nodes are given.
    package func dependents(ofAny ids: some Sequence<NodeID>) -> Set<NodeID> { edges.dependents(ofAny: ids) }
}
