extension StepGraph {
    /// The rollback that the plan alone promises: the undo of every effect that does not come after a point of no
    /// return, last first.
    ///
    /// It includes the point of no return itself: until it is passed, its preparations, such as a fence, can be taken
    /// back.
    package func rollbackGraph() -> StepGraph {
        let behind = dependents(ofAny: nodes.filter { $0.role == .pointOfNoReturn }.map(\.id))
        let included = Set(nodes.filter { $0.role.isEffect && !behind.contains($0.id) }.map(\.id))
        let back = reversed(keeping: included)
        return StepGraph(
            nodes: back.nodes.map { node in
                Node(
                    id: node.id, kind: node.kind,
                    title: node.role == .pointOfNoReturn
                        ? "undo until it is passed: \(node.title)" : "undo: \(node.title)",
                    role: node.role, needs: node.needs)
            }, isWayBack: true)
    }

    /// The graph of the nodes in `ids` with its edges turned round: each node needs those that depended on it, directly
    /// or through nodes that are not in `ids`.
    package func reversed(keeping ids: Set<NodeID>) -> StepGraph {
        let order = edges.order.reversed().filter { ids.contains(nodes[$0].id) }
        return StepGraph(
            nodes: order.map { position in
                let node = nodes[position]
                return Node(
                    id: node.id, kind: node.kind, title: node.title, role: node.role,
                    needs: nextKept(after: position, ids).map { nodes[$0].id })
            })
    }

    /// The nearest dependents that are in `ids`, in the order of the plan.
    private func nextKept(after start: Int, _ ids: Set<NodeID>) -> [Int] {
        var seen = Set<Int>()
        var found: [Int] = []
        var open = [start]
        while let position = open.popLast() {
            for next in edges.dependents[position] where seen.insert(next).inserted {
                if ids.contains(nodes[next].id) { found.append(next) } else { open.append(next) }
            }
        }
        return found.sorted()
    }
}
