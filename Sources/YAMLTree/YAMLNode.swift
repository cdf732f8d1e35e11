package import Diagnostics

/// One value of a YAML document, with the place where it is written.
package struct YAMLNode: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    package let content: Content
    /// Of a value that was reached through an alias: where its anchor stands.
    package let range: SourceRange

    package init(_ content: Content, range: SourceRange) {
        self.content = content
        self.range = range
    }
}

/// A key and its value, in the order of the file.
package struct YAMLEntry: Sendable, Equatable {
    package let key: String
    package let keyRange: SourceRange
    package let value: YAMLNode

    package init(key: String, keyRange: SourceRange, value: YAMLNode) {
        self.key = key
        self.keyRange = keyRange
        self.value = value
    }
}

/// A piece of text as it was meant, and how it was written.
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
