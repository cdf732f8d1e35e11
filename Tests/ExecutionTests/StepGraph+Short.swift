import PlanGraph

extension StepGraph {
    /// Makes a graph in few words.
    init(_ nodes: [(id: NodeID, role: Role, needs: [NodeID])]) {
        self.init(
            nodes: nodes.map { id, role, needs in
                Node(id: id, kind: role.rawValue, title: "\(id)", role: role, needs: needs)
            })
    }
}
