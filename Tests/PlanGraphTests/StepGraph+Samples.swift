import PlanGraph
import Seeding

extension StepGraph {
    /// Makes a graph in few words.
    init(_ nodes: [(id: NodeID, role: Role, needs: [NodeID])]) {
        self.init(
            nodes: nodes.map { id, role, needs in
                Node(
                    id: id, kind: "run", title: "\(id)", role: role, needs: needs)
            })
    }

    /// The published recipe, shortened.
    static let recipe = StepGraph(nodes: [
        Node(
            id: "preflight/source", kind: "preflight", title: "the source is primary", role: .check,
            needs: []),
        Node(
            id: "preflight/target", kind: "preflight", title: "the target holds no keys",
            role: .check, needs: []),
        Node(
            id: "replicaof", kind: "replicaof", title: "the target follows the source",
            role: .effect, needs: ["preflight/source", "preflight/target"]),
        Node(
            id: "synced", kind: "wait-for-sync", title: "the target has caught up", role: .wait,
            needs: ["replicaof"]),
        Node(
            id: "approval", kind: "approval", title: "Cut over to \"Dragonfly\"?", role: .gate,
            needs: ["synced"]),
        Node(
            id: "failover", kind: "failover", title: "the target takes over", role: .pointOfNoReturn,
            needs: ["approval"]),
        Node(id: "dns", kind: "run", title: "dns", role: .effect, needs: ["failover"]),
    ])
}

extension SeededRandom {
    /// A random graph. Its nodes need not be listed in an order in which they can run.
    mutating func graph() -> StepGraph {
        let count = Int.random(in: 1...40, using: &self)
        var nodes: [(id: NodeID, role: StepGraph.Role, needs: [NodeID])] = []
        for number in 0..<count {
            let needs = (0..<number).filter { _ in Int.random(in: 0..<6, using: &self) == 0 }.map {
                NodeID(step: "n\($0)")
            }
            nodes.append(
                (NodeID(step: "n\(number)"), StepGraph.Role.allCases.randomElement(using: &self) ?? .check, needs))
        }
        return StepGraph(nodes.shuffled(using: &self))
    }
}
