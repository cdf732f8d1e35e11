import Diagnostics

/// A value as a file writes it: aliases are not followed, and comments have a place.
///
/// It is a class because comments are hung on after the tree is built.
final class LayoutNode {
    enum Content {
        case scalar(YAMLScalar)
        case alias(String)
        case sequence([LayoutItem])
        case mapping([LayoutItem])
    }

    let content: Content
    let anchor: String?
    let range: SourceRange
    /// Whether it is written with braces or brackets. It cannot be if there is a comment inside.
    var isFlow: Bool
    /// Comments behind the last item, as far indented as the items.
    var closing: [CommentLine] = []

    init(_ content: Content, anchor: String?, range: SourceRange, isFlow: Bool) {
        self.content = content
        self.anchor = anchor
        self.range = range
        self.isFlow = isFlow
    }

    var items: [LayoutItem] {
        switch content {
        case .scalar, .alias: []
        case .sequence(let items), .mapping(let items): items
        }
    }
}

/// An element of a list, or a key and its value.
final class LayoutItem {
    /// `nil` for an element of a list.
    let key: YAMLScalar?
    let value: LayoutNode
    let start: SourcePosition
    /// Comments on lines of their own before the item.
    var leading: [CommentLine] = []
    /// The comment behind the item, on its first line.
    var trailing: String?
    /// Whether an empty line stands before the item, or before its first comment if it has some.
    var followsBlank = false
    /// Whether an empty line stands between the item's comments and the item.
    var blankBehindComments = false

    init(key: YAMLScalar?, value: LayoutNode, start: SourcePosition) {
        self.key = key
        self.value = value
        self.start = start
    }
}

/// A comment on a line of its own.
struct CommentLine {
    let text: String
    let followsBlank: Bool
}

/// Builds the layout from libyaml's events.
struct LayoutBuilder: ~Copyable {
    private let events: YAMLEventReader

    /// `nil` for a file that is not YAML, or that holds no value.
    static func layout(of file: SourceFile) -> LayoutNode? {
        guard !file.text.isEmpty else { return nil }
        var text = file.text
        return text.withUTF8 { bytes in
            let builder = LayoutBuilder(events: YAMLEventReader(bytes))
            return try? builder.document()
        }
    }

    private init(events: consuming YAMLEventReader) {
        self.events = events
    }

    private borrowing func document() throws(YAMLSyntaxError) -> LayoutNode? {
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd: return nil
            case .documentStart, .other: continue
            case .scalar, .alias, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                return try node(event)
            }
        }
    }

    private borrowing func node(_ event: YAMLEvent) throws(YAMLSyntaxError) -> LayoutNode {
        switch event.kind {
        case .scalar(let scalar):
            return LayoutNode(.scalar(scalar), anchor: event.anchor, range: event.range, isFlow: false)
        case .alias(let name):
            return LayoutNode(.alias(name), anchor: nil, range: event.range, isFlow: false)
        case .sequenceStart(let isFlow):
            var items: [LayoutItem] = []
            while true {
                let next = try events.next()
                if case .sequenceEnd = next.kind {
                    return collection(.sequence(items), event, items, isFlow: isFlow, end: next.range.end)
                }
                let value = try node(next)
                items.append(LayoutItem(key: nil, value: value, start: next.range.start))
            }
        case .mappingStart(let isFlow):
            var items: [LayoutItem] = []
            while true {
                let next = try events.next()
                if case .mappingEnd = next.kind {
                    return collection(.mapping(items), event, items, isFlow: isFlow, end: next.range.end)
                }
                guard case .scalar(let key) = next.kind else {
                    throw YAMLSyntaxError(problem: "a key must be a word", position: next.range.start)
                }
                let value = try node(try events.next())
                items.append(LayoutItem(key: key, value: value, start: next.range.start))
            }
        case .streamEnd, .documentStart, .sequenceEnd, .mappingEnd, .other:
            preconditionFailure("libyaml's events are not balanced")
        }
    }

    /// The END event of a block collection carries the place of the next token, so such a node ends with its last item.
    private borrowing func collection(
        _ content: LayoutNode.Content, _ start: YAMLEvent, _ items: [LayoutItem], isFlow: Bool, end: SourcePosition
    ) -> LayoutNode {
        let last = items.last?.value.range.end ?? start.range.end
        let range = SourceRange(start.range.start, isFlow ? end : max(last, start.range.end))
        return LayoutNode(content, anchor: start.anchor, range: range, isFlow: isFlow)
    }
}
