import Diagnostics

/// Hangs comments on the items of a layout that they belong to.
struct CommentPlacement {
    private let root: LayoutNode
    private let lines: SourceLines
    /// The items that get lines of their own, by where they begin; of two that begin at one place, the outer one first.
    private var items: [LayoutItem] = []

    init(_ root: LayoutNode, _ lines: SourceLines) {
        self.root = root
        self.lines = lines
    }

    /// Places all comments; returns those behind everything else.
    mutating func place(_ comments: [YAMLComment]) -> [CommentLine] {
        unfold(root, comments)
        // Comments around braces that enclose the whole file belong to the keys inside.
        if !comments.isEmpty { root.isFlow = false }
        collect(root)
        for item in items { item.followsBlank = isBlank(item.start.line - 1) }
        var footer: [CommentLine] = []
        for comment in comments {
            if !comment.standsAlone, hangBehind(comment) { continue }
            hang(comment, footer: &footer)
        }
        return footer
    }

    /// Writes collections with comments inside without braces and brackets, since there a comment can end a line.
    private func unfold(_ node: LayoutNode, _ comments: [YAMLComment]) {
        if node.isFlow,
            comments.contains(where: { node.range.start < $0.range.start && $0.range.start < node.range.end })
        {
            node.isFlow = false
        }
        for item in node.items { unfold(item.value, comments) }
    }

    private mutating func collect(_ node: LayoutNode) {
        guard !node.isFlow else { return }
        for item in node.items {
            items.append(item)
            collect(item.value)
        }
    }

    private func isBlank(_ line: Int) -> Bool {
        line >= 1 && lines[line].allSatisfy { $0 == " " || $0 == "\t" }
    }

    /// Hangs a comment behind the item that begins or ends on its line. Returns `false` if there is none, or if that item
    /// has one already.
    private func hangBehind(_ comment: YAMLComment) -> Bool {
        let line = comment.range.start.line
        guard let item = items.last(where: { $0.start < comment.range.start }), item.trailing == nil,
            item.start.line == line || item.value.range.end.line == line
        else { return false }
        item.trailing = comment.text
        return true
    }

    /// Hangs a comment before the next item, unless it is further indented than that one: then it is the last of the
    /// collection above it.
    private func hang(_ comment: YAMLComment, footer: inout [CommentLine]) {
        let start = comment.range.start
        let line = CommentLine(text: comment.text, followsBlank: isBlank(start.line - 1))
        let next = items.first { $0.start > start }
        let column = next.map { self.column(of: $0) } ?? 1
        if start.column > column, comment.standsAlone, let node = closed(before: start, from: column, in: root) {
            node.closing.append(line)
        } else if let next {
            // The empty line before the item's comments is that before the first of them.
            if next.leading.isEmpty { next.followsBlank = line.followsBlank && comment.standsAlone }
            next.leading.append(
                CommentLine(text: line.text, followsBlank: !next.leading.isEmpty && line.followsBlank))
            next.blankBehindComments = isBlank(next.start.line - 1)
        } else {
            footer.append(line)
        }
    }

    /// Where the item begins; for the element of a list, its dash.
    private func column(of item: LayoutItem) -> Int {
        guard item.key == nil else { return item.start.column }
        let line = lines[item.start.line]
        return line.distance(from: line.startIndex, to: line.firstIndex { $0 != " " } ?? line.startIndex) + 1
    }

    /// The innermost collection that is over at this place and whose items begin between the two columns.
    private func closed(before place: SourcePosition, from column: Int, in node: LayoutNode) -> LayoutNode? {
        guard !node.isFlow, let last = node.items.last(where: { $0.start < place }) else { return nil }
        if let inner = closed(before: place, from: column, in: last.value) { return inner }
        let own = self.column(of: last)
        let isOver = node.items.last === last
        return isOver && own > column && own <= place.column ? node : nil
    }
}
