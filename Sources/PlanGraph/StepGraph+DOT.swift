import Escaping

extension StepGraph {
    /// A Graphviz digraph, for `dot -Tsvg`. Ends with a line feed.
    package var dot: String {
        var lines = ["digraph plan {", "    node [fontname=\"sans-serif\"];"]
        for (number, group) in groups.enumerated() {
            if group.isFramed {
                lines.append("    subgraph cluster_\(number) {")
                lines.append("        label=\(Self.dotText([group.step]));")
                lines += group.positions.map { "        " + dotNode($0, inFrame: true) }
                lines.append("    }")
            } else {
                lines += group.positions.map { "    " + dotNode($0, inFrame: false) }
            }
        }
        for (position, needs) in edges.needs.enumerated() where !needs.isEmpty {
            lines.append("    {\(needs.map { "n\($0)" }.joined(separator: " "))} -> n\(position);")
        }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func dotNode(_ position: Int, inFrame: Bool) -> String {
        let (name, title) = label(of: position, inFrame: inFrame)
        let text = Self.dotText(title.isEmpty ? [name] : [name, title])
        let shape =
            switch nodes[position].role {
            case .check: "shape=ellipse"
            case .wait: "shape=hexagon"
            case .gate: "shape=diamond"
            case .effect: "shape=box"
            case .pointOfNoReturn: "shape=box, peripheries=2, color=\"#cc0000\", penwidth=3"
            }
        return "n\(position) [label=\(text), \(shape)];"
    }

    private static func dotText(_ lines: [String]) -> String {
        "\"" + lines.map(dotEscaped).joined(separator: "\\n") + "\""
    }

    private static func dotEscaped(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.escape(text).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
