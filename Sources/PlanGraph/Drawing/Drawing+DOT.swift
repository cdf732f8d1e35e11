import Escaping

extension Drawing {
    /// A Graphviz digraph, for `dot -Tsvg`. Ends with a line feed.
    ///
    /// Every box has its role as its class, by which a style sheet finds it in an SVG. Graphviz makes a drawing smaller
    /// that would be wider than a page.
    package var dot: String {
        var lines = [
            "digraph plan {",
            "    graph [bgcolor=\"transparent\", ranksep=0.3, size=\"10,200\"];",
            "    node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, margin=\"0.15,0.08\"];",
        ]
        lines += boxes.enumerated().map { "    " + Self.dot($1, number: $0) }
        for (number, box) in boxes.enumerated() where !box.needs.isEmpty {
            lines.append("    {\(box.needs.map { "n\($0)" }.joined(separator: " "))} -> n\(number);")
        }
        lines += stacked.map { "    n\($0.upper) -> n\($0.lower) [style=invis];" }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func dot(_ box: Box, number: Int) -> String {
        let shape =
            switch box.role {
            case .check: "shape=box, style=rounded"
            case .wait: "shape=hexagon"
            case .gate: "shape=box, style=dashed"
            case .effect: "shape=box"
            case .pointOfNoReturn: "shape=box, peripheries=2, color=\"#cc0000\", penwidth=2"
            }
        return "n\(number) [label=\(dotText(box)), \(shape), class=\"\(box.role.rawValue)\"];"
    }

    private static func dotText(_ box: Box) -> String {
        let list = box.lines.map { dotEscaped($0) + (box.isList ? "\\l" : "") }
        return "\"" + dotEscaped(box.name) + (list.isEmpty ? "" : "\\n")
            + list.joined(separator: box.isList ? "" : "\\n") + "\""
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
