import Escaping

/// Text of HTML. Whatever comes from a plan, a record or a server goes through `text`.
enum HTML {
    static func text(_ text: String) -> String {
        VisibleText.escapeLines(text).reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }

    /// An element. `content` is HTML already; the values of attributes are texts.
    static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String>, _ content: String
    ) -> String {
        let attributes = attributes.map { " \($0)=\"\(text($1))\"" }.joined()
        return "<\(name)\(attributes)>\(content)</\(name)>"
    }

    static func element(_ name: String, _ content: String) -> String { element(name, [:], content) }

    static func list(_ items: [String]) -> String {
        items.isEmpty ? "" : element("ul", items.map { element("li", text($0)) }.joined())
    }
}
