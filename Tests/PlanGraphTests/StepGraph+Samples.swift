import PlanGraph

extension StepGraph {
    /// A graph in as few words as a test can do with.
    init(_ nodes: [(id: String, role: Role, needs: [String])]) {
        self.init(
            nodes: nodes.map { id, role, needs in
                Node(
                    id: id, step: String(id.prefix { $0 != "/" }), kind: "run", title: id, role: role, needs: needs)
            })
    }

    /// The published recipe, short.
    static let recipe = StepGraph(nodes: [
        Node(
            id: "preflight/source", step: "preflight", kind: "preflight", title: "the source is primary", role: .check,
            needs: []),
        Node(
            id: "preflight/target", step: "preflight", kind: "preflight", title: "the target holds no keys",
            role: .check, needs: []),
        Node(
            id: "replicaof", step: "replicaof", kind: "replicaof", title: "the target follows the source",
            role: .effect, needs: ["preflight/source", "preflight/target"]),
        Node(
            id: "synced", step: "synced", kind: "wait-for-sync", title: "the target has caught up", role: .wait,
            needs: ["replicaof"]),
        Node(
            id: "approval", step: "approval", kind: "approval", title: "Cut over to \"Dragonfly\"?", role: .gate,
            needs: ["synced"]),
        Node(
            id: "failover", step: "failover", kind: "failover", title: "the target takes over", role: .pointOfNoReturn,
            needs: ["approval"]),
        Node(id: "dns", step: "dns", kind: "run", title: "dns", role: .effect, needs: ["failover"]),
    ])
}

/// The same numbers on every machine, every day (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A graph of some size, its nodes in an order that need not be one in which they can run.
    mutating func graph() -> StepGraph {
        let count = Int.random(in: 1...40, using: &self)
        var nodes: [(id: String, role: StepGraph.Role, needs: [String])] = []
        for number in 0..<count {
            let needs = (0..<number).filter { _ in Int.random(in: 0..<6, using: &self) == 0 }.map { "n\($0)" }
            nodes.append(("n\(number)", StepGraph.Role.allCases.randomElement(using: &self) ?? .check, needs))
        }
        return StepGraph(nodes.shuffled(using: &self))
    }
}
