internal import Diagnostics
internal import YAMLTree

/// What a key of the plan language accepts: how it is read, how it is spelt, and how a schema describes it.
struct ValueType<Value: Sendable>: Sendable {
    /// Completes `'timeout' must be …`.
    let expected: String
    /// Returns `nil` after the mistake has been reported.
    let read: @Sendable (YAMLNode, ReadingSite) -> Value?
    /// As a plan writes it.
    let spell: @Sendable (Value) -> String
    let schema: SchemaValue
}

/// Where a value is read: under which key, and where mistakes go.
struct ReadingSite {
    let key: String
    let keyRange: SourceRange
    let collector: DiagnosticCollector

    /// What stands there is of another type than the key takes.
    func reportWrongType(_ node: YAMLNode, expected: String, help: [String] = []) {
        guard !node.isInvalid else { return }
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
    /// For the schema: what an editor shows.
    let meaning: String

    init(_ key: String, _ type: ValueType<Value>, default defaultValue: Value? = nil, _ meaning: String) {
        self.key = key
        self.type = type
        self.defaultValue = defaultValue
        self.meaning = meaning
    }

    /// The key with a value as a plan writes them.
    func setting(_ value: Value) -> (key: String, value: String) { (key, type.spell(value)) }
}

extension YAMLNode {
    /// Completes `found …`.
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
    /// In 'single quotes', cut if it is long, and left out if a secret may be in it.
    var quotedForMessage: String {
        if SecretConcealment.mayHoldSecret(self) { return "'***'" }
        return unicodeScalars.count <= 60 ? "'\(self)'" : "'\(String(unicodeScalars.prefix(57)))…'"
    }
}

extension [String] {
    /// `'a', 'b' and 'c'`
    var listedForMessage: String {
        let quoted = map(\.quotedForMessage)
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
}
