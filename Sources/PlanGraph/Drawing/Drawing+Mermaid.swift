import Escaping

extension Drawing {
    /// A Mermaid flowchart, as GitHub and GitLab draw it in a Markdown file. Ends with a line feed.
    package var mermaid: String {
        // Lines are broken where they should be; Mermaid would break them again after 200 pixels.
        var lines = [#"%%{init: {"flowchart": {"wrappingWidth": 520}}}%%"#, "flowchart TD"]
        lines += boxes.enumerated().map { "    " + Self.mermaid($1, number: $0) }
        for (number, box) in boxes.enumerated() where !box.needs.isEmpty {
            lines.append("    " + box.needs.map { "n\($0)" }.joined(separator: " & ") + " --> n\(number)")
        }
        lines += stacked.map { "    n\($0.upper) ~~~ n\($0.lower)" }
        lines.append("    classDef gate stroke-dasharray:5 3")
        lines.append("    classDef point-of-no-return stroke:#c00,stroke-width:3px")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func mermaid(_ box: Box, number: Int) -> String {
        let text = "\"" + ([box.name] + box.lines).map(mermaidText).joined(separator: "<br/>") + "\""
        return switch box.role {
        case .check: "n\(number)(\(text))"
        case .wait: "n\(number){{\(text)}}"
        case .gate: "n\(number)[/\(text)/]:::gate"
        case .effect: "n\(number)[\(text)]"
        case .pointOfNoReturn: "n\(number)[[\(text)]]:::point-of-no-return"
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
