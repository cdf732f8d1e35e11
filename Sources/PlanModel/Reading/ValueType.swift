internal import Diagnostics
internal import YAMLTree

/// What a key of the plan language accepts: how it is read, how it is spelt, and how a schema describes it.
struct ValueType<Value: Sendable>: Sendable {
    /// What is expected, as words that follow `'timeout' must be`.
    let expected: String
    /// Reads a value; `nil` after a mistake was reported.
    let read: @Sendable (YAMLNode, ReadingSite) -> Value?
    /// Spells a value as a plan writes it.
    let spell: @Sendable (Value) -> String
    let schema: SchemaValue
    /// A value that editors show as an example; `nil` if the type says too little about its values for one.
    var example: SchemaValue?
}

/// Where a value is read: under which key, and where mistakes go.
struct ReadingSite {
    let key: String
    let keyRange: SourceRange
    let collector: DiagnosticCollector

    /// Reads a value. A `,` at the end of a plain value, which people bring along from JSON, is reported instead,
    /// unless the key takes any text.
    func value<Value>(_ node: YAMLNode, _ type: ValueType<Value>) -> Value? {
        guard let scalar = node.scalar, scalar.style == .plain, scalar.text.utf8.last == UInt8(ascii: ","),
            !type.schema.takesAnyText
        else { return type.read(node, self) }
        let end = node.range.end
        let comma = SourceRange(SourcePosition(line: end.line, column: max(1, end.column - 1)), end)
        collector.error(
            .invalidValue, "the ',' at the end is taken for a part of '\(key)'", at: comma, help: ["remove it"])
        return nil
    }

    /// Reports that the value has the wrong type for the key.
    func reportWrongType(_ node: YAMLNode, expected: String, help: [String] = []) {
        guard !node.isInvalid else { return }
        let help = help + (node.scalar?.lacksBlankAfterColon == true ? ["write a blank after the ':'"] : [])
        collector.error(
            .wrongType, "'\(key)' must be \(expected), found \(node.found)",
            at: node.isNull && node.range.start == node.range.end ? keyRange : node.range, help: help)
    }
}

/// A key of a mapping: the one place that knows its type, its default and what it is for.
struct Field<Value: Sendable>: Sendable {
    let key: String
    let type: ValueType<Value>
    let defaultValue: Value?
    /// What the key is for. Editors show this text, which they find in the schema.
    let meaning: String
    /// In which direction the value becomes weaker; `nil` if no value is weaker than another.
    let weaker: Weaker?
    /// A value that editors show as an example, where the default and the type give none that helps.
    let ownExample: SchemaValue?

    init(
        _ key: String, _ type: ValueType<Value>, default defaultValue: Value? = nil, weaker: Weaker? = nil,
        example: SchemaValue? = nil, _ meaning: String
    ) {
        self.key = key
        self.type = type
        self.defaultValue = defaultValue
        self.meaning = meaning
        self.weaker = weaker
        self.ownExample = example
    }

    /// The key and the given value, both spelt as in a plan.
    func setting(_ value: Value) -> (key: String, value: String) { (key, type.spell(value)) }
}

extension YAMLScalar {
    /// Whether a blank is missing after a colon, as in `address:10.0.0.1:6379`, which is one text to YAML.
    fileprivate var lacksBlankAfterColon: Bool {
        let word = text.utf8.prefix { ("a"..."z").contains(Unicode.Scalar($0)) || $0 == UInt8(ascii: "-") }
        let rest = text.utf8[word.endIndex...]
        return style == .plain && !word.isEmpty && rest.count > 1 && rest.first == UInt8(ascii: ":")
    }
}

extension YAMLNode {
    /// What the value is, as words that follow `found`: `the number '5'`.
    var found: String {
        switch content {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .invalid: return "a mistake"
        case .scalar(let scalar):
            let text = scalar.text.quotedForMessage
            switch scalar.meaning {
            case .null: return "nothing"
            case .bool: return "the boolean \(text)"
            case .integer, .number: return "the number \(text)"
            case .text: return "the text \(text)"
            }
        }
    }
}

extension String {
    /// The text in 'single quotes', cut if it is long, and `***` if it may be a secret.
    var quotedForMessage: String { "'\(shownInMessage)'" + (SecretText.isHarmless(self) && isLong ? "…" : "") }

    /// As `quotedForMessage`, but without the quotes and without the `…` at a cut.
    var shownInMessage: String {
        guard SecretText.isHarmless(self) else { return "***" }
        return isLong ? String(unicodeScalars.prefix(57)) : self
    }

    private var isLong: Bool { unicodeScalars.count > 60 }
}

extension [String] {
    /// The names as a list: `'a', 'b' and 'c'`.
    var listedForMessage: String {
        let quoted = map(\.quotedForMessage)
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
}
