import Operations
import Values

extension TopologyForecast {
    /// Two small drawings beside each other: who writes where and who follows whom, before and after.
    var mermaid: String {
        let lines =
            ["flowchart LR"] + drawing("before", before) + drawing("after", after) + ["    before ~~~ after"]
        return lines.joined(separator: "\n")
    }

    private func drawing(_ name: String, _ members: [Member]) -> [String] {
        var lines = ["    subgraph \(name)", "        direction TB", "        \(name)A([applications])"]
        if sentinels > 0 { lines.append("        \(name)S{{\(sentinels.counted("Sentinel", "Sentinels"))}}") }
        lines += members.enumerated().map { number, member in
            let engine = member.engine.map { "\($0.rawValue), " } ?? ""
            return "        \(name)\(number)[\"\(member.address)<br/>\(engine)\(member.words)\"]"
        }
        lines.append("        \(name)A --> \(name)0")
        if sentinels > 0 { lines.append("        \(name)S -.-> \(name)0") }
        for (number, member) in members.enumerated() where member.follows {
            lines.append("        \(name)0 --> \(name)\(number)")
        }
        return lines + ["    end"]
    }
}

extension TopologyForecast.Member {
    fileprivate var words: String {
        switch role {
        case .primary: "primary"
        case .replica: "replica"
        case .alone: "stands alone"
        case .fenced: "stands alone, takes no writes"
        case .stopped: "stopped"
        case .replicaOrFenced: "replica, or alone without writes where it cannot follow"
        }
    }

    /// Whether an arrow leads to it from the primary, which is the first of its drawing.
    fileprivate var follows: Bool { role == .replica || role == .replicaOrFenced }
}
