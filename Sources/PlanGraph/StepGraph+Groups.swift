extension StepGraph {
    /// The nodes of one step as they are drawn. A step whose nodes are checks is a frame around them.
    struct Group {
        let step: String
        let isFramed: Bool
        var positions: [Int]
    }

    /// In the order in which the steps first appear.
    var groups: [Group] {
        var groups: [Group] = []
        var found: [String: Int] = [:]
        for (position, node) in nodes.enumerated() {
            if let group = found[node.step] {
                groups[group].positions.append(position)
            } else {
                found[node.step] = groups.count
                groups.append(Group(step: drawn(node.step), isFramed: node.id.check != nil, positions: [position]))
            }
        }
        return groups
    }

    /// What is written into the box of a node. Inside a frame, which has the name of the step, that is only the name of
    /// the check.
    func label(of position: Int, inFrame: Bool) -> (name: String, title: String) {
        let node = nodes[position]
        let name = (inFrame ? node.id.check : nil) ?? drawn("\(node.id)")
        return (name, node.title == name ? "" : node.title)
    }

    /// The name of a node or a step as it is drawn: with `undo/` before it, if the graph is a way back.
    func drawn(_ name: String) -> String { isWayBack ? "undo/\(name)" : name }
}
