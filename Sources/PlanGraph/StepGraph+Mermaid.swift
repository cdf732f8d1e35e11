import Escaping

extension StepGraph {
    /// A Mermaid flowchart, as GitHub and GitLab draw it in a Markdown file. Ends with a line feed.
    package var mermaid: String {
        var lines = ["flowchart TD"]
        for (number, group) in groups.enumerated() {
            if group.isFramed {
                lines.append("    subgraph s\(number)[\"\(Self.mermaidText(group.step))\"]")
                lines += group.positions.map { "        " + mermaidNode($0, inFrame: true) }
                lines.append("    end")
            } else {
                lines += group.positions.map { "    " + mermaidNode($0, inFrame: false) }
            }
        }
        for (position, needs) in edges.needs.enumerated() where !needs.isEmpty {
            lines.append("    " + needs.map { "n\($0)" }.joined(separator: " & ") + " --> n\(position)")
        }
        lines.append("    classDef point-of-no-return stroke:#c00,stroke-width:3px")
        return lines.joined(separator: "\n") + "\n"
    }

    private func mermaidNode(_ position: Int, inFrame: Bool) -> String {
        let (name, title) = label(of: position, inFrame: inFrame)
        let lines = title.isEmpty ? [name] : [name, title]
        let text = "\"" + lines.map(Self.mermaidText).joined(separator: "<br/>") + "\""
        return switch nodes[position].role {
        case .check: "n\(position)([\(text)])"
        case .wait: "n\(position){{\(text)}}"
        case .gate: "n\(position){\(text)}"
        case .effect: "n\(position)[\(text)]"
        case .pointOfNoReturn: "n\(position)[[\(text)]]:::point-of-no-return"
        }
    }

    /// Mermaid knows no backslash; it writes a character as its number between `#` and `;`. Characters that could end
    /// the quotes or be taken for markup are written that way.
    private static func mermaidText(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.escape(text).unicodeScalars {
            if "\"#<>&`\\;".unicodeScalars.contains(scalar) {
                result += "#\(scalar.value);"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
