/// Writes a layout as text.
struct LayoutWriter {
    private(set) var text = ""

    mutating func write(_ root: LayoutNode, footer: [CommentLine]) {
        if let line = root.inline(width: YAMLFormatter.width) {
            text += line + "\n"
        } else {
            write(root, indent: 0, continues: false)
        }
        for comment in footer { write(comment, indent: 0) }
    }

    /// Writes the items of a collection, each on lines of its own.
    /// - Parameter continues: whether the first item goes on in the line that is open, behind a dash.
    private mutating func write(_ node: LayoutNode, indent: Int, continues: Bool) {
        for (index, item) in node.items.enumerated() {
            let isOpen = continues && index == 0
            if item.followsBlank, index > 0 { text += "\n" }
            for comment in item.leading { write(comment, indent: indent) }
            if item.blankBehindComments, !item.leading.isEmpty { text += "\n" }
            // Behind a dash alone, a comment would be read as one before the element.
            if item.key == nil, let comment = item.trailing, !isOpen, needsLines(item.value, indent: indent) {
                write(CommentLine(text: comment, followsBlank: false), indent: indent)
                item.trailing = nil
            }
            if !isOpen { text += String(repeating: " ", count: indent) }
            write(item, indent: indent)
        }
        for comment in node.closing { write(comment, indent: indent) }
    }

    private func needsLines(_ element: LayoutNode, indent: Int) -> Bool {
        if case .scalar = element.content { return false }
        return element.inline(width: YAMLFormatter.width - indent - 2) == nil
    }

    private mutating func write(_ comment: CommentLine, indent: Int) {
        if comment.followsBlank { text += "\n" }
        text += String(repeating: " ", count: indent) + comment.text + "\n"
    }

    /// Writes one item. The blanks before it are written already.
    private mutating func write(_ item: LayoutItem, indent: Int) {
        let head = item.key.map { $0.spelledInLine + ":" } ?? "-"
        let comment = item.trailing.map { " " + $0 } ?? ""
        text += head
        let used = indent + head.unicodeScalars.count + 1
        if case .scalar(let scalar) = item.value.content, let block = scalar.block(indent: indent + 2) {
            text += " " + item.value.anchorMark + block.header + comment + "\n" + block.body
        } else if let line = item.value.inline(width: YAMLFormatter.width - used) {
            text += (line.isEmpty ? "" : " " + line) + comment + "\n"
        } else if item.key == nil, item.value.anchor == nil, comment.isEmpty, item.value.canFollowDash {
            text += " "
            write(item.value, indent: indent + 2, continues: true)
        } else {
            text += (item.value.anchor.map { " &" + $0 } ?? "") + comment + "\n"
            write(item.value, indent: indent + 2, continues: false)
        }
    }
}

extension LayoutNode {
    fileprivate var anchorMark: String { anchor.map { "&\($0) " } ?? "" }

    /// Whether the first item can stand on the line of a dash, with no comment before it.
    fileprivate var canFollowDash: Bool { items.first?.leading.isEmpty == true }

    /// The value on one line; `nil` if it needs several.
    /// - Parameter width: how many columns it may take, if it is a collection; `nil` if there is no limit.
    fileprivate func inline(width: Int? = nil) -> String? {
        switch content {
        case .scalar(let scalar):
            let text = scalar.spelledInLine
            return text.isEmpty ? anchor.map { "&\($0)" } ?? "" : anchorMark + text
        case .alias(let name): return "*\(name)"
        case .sequence(let items), .mapping(let items):
            guard isFlow || items.isEmpty else { return nil }
            let parts = items.map { item -> String in
                let value = item.value.inline() ?? ""
                guard let key = item.key else { return value }
                return value.isEmpty ? key.spelledInLine + ":" : "\(key.spelledInLine): \(value)"
            }
            let isList = if case .sequence = content { true } else { false }
            let inside = parts.joined(separator: ", ")
            let line = anchorMark + (isList ? "[\(inside)]" : inside.isEmpty ? "{}" : "{ \(inside) }")
            return items.isEmpty || width.map { line.unicodeScalars.count <= $0 } ?? true ? line : nil
        }
    }
}
