/// What a plan compiles into: nodes that can run, and the edges that order them.
///
/// It is a value, and compiling is pure: the same plan gives the same graph, node for node and edge for edge.
package struct StepGraph: Sendable {
    package struct Node: Sendable, Equatable, Identifiable {
        package let id: NodeID
        /// The step kind as the plan spells it.
        package let kind: String
        /// What a person reads: `the target follows the source`.
        package let title: String
        package let role: Role
        /// Ids of the nodes that must have succeeded, in the order of the plan.
        package let needs: [NodeID]

        package init(id: NodeID, kind: String, title: String, role: Role, needs: [NodeID]) {
            self.id = id
            self.kind = kind
            self.title = title
            self.role = role
            self.needs = needs
        }

        /// The step of the plan that this node belongs to.
        package var step: String { id.step }
    }

    /// What a node does to the world, which decides what resume and rollback do with it.
    package enum Role: String, Sendable, Equatable, CaseIterable {
        /// Reads, and passes, warns or fails. Resume asks again.
        case check
        /// Reads until a condition holds. Resume waits again.
        case wait
        /// Waits for a person's approval. Resume does not ask for it again.
        case gate
        /// Changes servers, and can be undone. Resume inspects before it does anything.
        case effect
        /// An effect after which the run can only go forward.
        case pointOfNoReturn = "point-of-no-return"

        /// Whether a node of this role changes servers.
        package var isEffect: Bool {
            switch self {
            case .effect, .pointOfNoReturn: true
            case .check, .wait, .gate: false
            }
        }
    }

    package let nodes: [Node]
    /// The edges as positions in `nodes`; every algorithm works on these.
    package let edges: Edges<NodeID>
    /// Whether the graph is drawn as a way back. Its nodes keep their ids: an undo belongs to the node that it undoes.
    let isWayBack: Bool

    /// - Precondition: ids are unique, every need exists, there is no cycle; a plan that was read has been checked.
    package init(nodes: [Node]) { self.init(nodes: nodes, isWayBack: false) }

    init(nodes: [Node], isWayBack: Bool) {
        guard let edges = Edges(nodes.map { (id: $0.id, needs: $0.needs) }) else {
            preconditionFailure("a graph has two nodes of one id, or a need that is no node")
        }
        self.nodes = nodes
        self.edges = edges
        self.isWayBack = isWayBack
    }

    package subscript(id: NodeID) -> Node? { edges.positions[id].map { nodes[$0] } }
}

extension StepGraph: Equatable {
    package static func == (left: Self, right: Self) -> Bool { left.nodes == right.nodes }
}
