import PlanGraph

extension StepGraph {
    /// A graph in as few words as a test can do with.
    init(_ nodes: [(id: NodeID, role: Role, needs: [NodeID])]) {
        self.init(
            nodes: nodes.map { id, role, needs in
                Node(id: id, kind: role.rawValue, title: "\(id)", role: role, needs: needs)
            })
    }
}
