package import Diagnostics

/// One value of a YAML document, with the place where it is written.
package struct YAMLNode: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
        /// A mistake stands here, which is reported already. Readers report nothing more about this value.
        case invalid
    }

    package let content: Content
    /// Where the value is written; for one that was reached through an alias, where its anchor stands.
    package let range: SourceRange
    /// Whether it is written with braces or brackets. `false` for scalars.
    package let isFlow: Bool

    package init(_ content: Content, range: SourceRange, isFlow: Bool = false) {
        self.content = content
        self.range = range
        self.isFlow = isFlow
    }

    package var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    package var elements: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
    package var entries: [YAMLEntry]? { if case .mapping(let entries) = content { entries } else { nil } }
    package var isInvalid: Bool { content == .invalid }
    package var isNull: Bool { scalar?.meaning == .null }
}

/// A key and its value. A key is its text as written: `on`, `1` and `"on"` are texts here, not booleans or numbers.
package struct YAMLEntry: Sendable, Equatable {
    package let key: String
    package let keyRange: SourceRange
    package let value: YAMLNode

    package init(key: String, keyRange: SourceRange, value: YAMLNode) {
        self.key = key
        self.keyRange = keyRange
        self.value = value
    }

    /// From the key to the end of its value. If the value is an alias, the key alone.
    package var range: SourceRange {
        value.range.end < keyRange.end ? keyRange : SourceRange(keyRange.start, value.range.end)
    }
}

/// The text that a scalar means, without quotes and escapes, and how it was written.
package struct YAMLScalar: Sendable, Equatable {
    package enum Style: Sendable, Equatable, CaseIterable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    package let text: String
    package let style: Style

    package init(_ text: String, style: Style = .plain) {
        self.text = text
        self.style = style
    }
}
