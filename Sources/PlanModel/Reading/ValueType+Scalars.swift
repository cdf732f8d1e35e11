internal import Diagnostics
internal import Escaping
internal import Values
internal import YAMLTree

extension ValueType where Value == String {
    /// A text that names something: not empty, on one line, and without hidden characters, even in quotes. Numbers and
    /// booleans must be quoted, because `name: 2024` is a number in YAML.
    static func text(_ expected: String = "a text") -> Self {
        text(expected, schema: ["minLength": 1]) { text in
            if let problem = problemOfLine(text) { return problem }
            return HiddenCharacter.first(in: text).map {
                TextProblem(sentence: "holds \($0.name), which \($0.meaning)", code: .hiddenCharacter)
            }
        }
    }

    /// Text for people, which is not empty and on one line.
    static func sentence(_ expected: String) -> Self {
        text(expected, schema: ["minLength": 1], problem: problemOfLine)
    }

    private static func problemOfLine(_ text: String) -> TextProblem? {
        if text.isEmpty { return TextProblem(sentence: "is empty") }
        let isOneLine = !text.unicodeScalars.contains { SourceLines.isBreak($0) || $0.value < 0x20 }
        return isOneLine ? nil : TextProblem(sentence: "must be on one line")
    }

    /// Text that may span lines.
    static let paragraph = text("a text", schema: ["minLength": 1]) {
        $0.isEmpty ? TextProblem(sentence: "is empty") : nil
    }

    /// Ids get into file names and drawings, so they have only characters that need no quotes there.
    static let stepID = text(
        "an id", schema: ["pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"], example: "preflight",
        help: "use letters, digits, '-', '_' and '.', at most 64 of them, a letter or digit first",
        problem: problemOfID)

    private static func problemOfID(_ text: String) -> TextProblem? {
        let isFine = text.utf8.count <= 64 && text.utf8.first.map(\.isWordByte) ?? false && text.isPlainName
        return isFine ? nil : TextProblem(sentence: "cannot be \(text.quotedForMessage)")
    }

    static let receiverName = text(
        "a name", schema: ["pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"], example: "team-chat",
        help: "use letters, digits, '-', '_' and '.', at most 64 of them, a letter or digit first",
        problem: problemOfID)

    static let primaryName = text(
        "the name the Sentinels monitor", schema: ["pattern": "^[A-Za-z0-9._/:@+=#~%-]+$"], example: "sessions",
        help: "letters, digits and any of . - _ / : @ + = # ~ % may stand in it; 'SENTINEL MASTERS' lists the names"
    ) { text in
        SentinelSettings.isPrimaryName(text)
            ? nil : TextProblem(sentence: "cannot be \(text.quotedForMessage)")
    }

    /// - Parameter problem: says what is wrong with a text, as a clause that follows the name of the key; `nil` if the
    ///   text is valid.
    private static func text(
        _ expected: String, schema: SchemaValue, example: SchemaValue? = nil, help: String? = nil,
        problem: @escaping @Sendable (String) -> TextProblem?
    ) -> Self {
        Self(
            expected: expected,
            read: { node, site in
                guard let scalar = node.scalar, scalar.meaning == .text else {
                    site.reportWrongType(node, expected: expected, help: node.quotingHelp)
                    return nil
                }
                if let problem = problem(scalar.text) {
                    site.collector.error(
                        problem.code, "'\(site.key)' \(problem.sentence)", at: node.range,
                        help: [help ?? "write \(expected)"])
                    return nil
                }
                return scalar.text
            },
            spell: { $0 },
            schema: (["type": "string"] as SchemaValue).adding(schema), example: example)
    }
}

extension SentinelSettings {
    /// Whether a plan can name a primary so.
    ///
    /// Sentinel documents letters, digits, '.', '-' and '_' for names, and takes anything. Left out are a blank, which
    /// breaks its configuration file, a comma, which breaks its hello message, and what `SENTINEL RESET` takes for a
    /// pattern.
    package static func isPrimaryName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isWordByte || "-_./:@+=#~%".utf8.contains($0) }
    }
}

/// What is wrong with a text.
private struct TextProblem {
    /// A clause that follows the name of the key: `is empty`.
    let sentence: String
    var code = DiagnosticCode.invalidValue
}

extension String {
    fileprivate var isPlainName: Bool { utf8.allSatisfy { $0.isWordByte || "-_.".utf8.contains($0) } }
}

extension ValueType where Value == Bool {
    static let flag = Self(
        expected: "true or false",
        read: { node, site in
            guard case .bool(let flag)? = node.scalar?.meaning else {
                site.reportWrongType(node, expected: "true or false")
                return nil
            }
            return flag
        },
        spell: { $0 ? "true" : "false" },
        schema: ["type": "boolean"])
}

extension ValueType where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        let expected =
            range.count == 1
            ? "\(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
        return Self(
            expected: expected,
            read: { node, site in
                guard case .integer(let number)? = node.scalar?.meaning else {
                    let help = node.scalar?.meaning == .number ? ["write it in plain decimal digits"] : []
                    site.reportWrongType(node, expected: expected, help: help)
                    return nil
                }
                guard range.contains(number) else {
                    site.collector.error(
                        .outOfRange, "'\(site.key)' must be \(expected), found \(number)", at: node.range)
                    return nil
                }
                return number
            },
            spell: { String($0) },
            schema: ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)],
            example: .int(min(max(3, range.lowerBound), range.upperBound)))
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable & Equatable, Value.RawValue == String {
    /// One of the words of an enumeration.
    /// - Parameter noun: what messages call a word of them, where there are too many for a sentence.
    static func word(_ values: [Value] = Array(Value.allCases), noun: String? = nil) -> Self {
        let words = values.map(\.rawValue)
        let expected = noun ?? words.listedAsChoice
        return Self(
            expected: expected,
            read: { node, site in
                guard let scalar = node.scalar, scalar.meaning == .text else {
                    site.reportWrongType(node, expected: expected)
                    return nil
                }
                if let value = values.first(where: { $0.rawValue == scalar.text }) { return value }
                site.collector.error(
                    .unknownValue, "'\(site.key)' must be \(expected), found \(scalar.text.quotedForMessage)",
                    at: node.range,
                    help: Suggestion.help(for: scalar.text, in: words)
                        + (noun == nil ? [] : ["known: \(words.joined(separator: ", "))"]))
                return nil
            },
            spell: { $0.rawValue },
            schema: ["enum": .array(words.map(SchemaValue.string))], example: words.first.map(SchemaValue.string))
    }
}

extension YAMLNode {
    /// The help for a plain scalar that YAML reads as something other than text.
    var quotingHelp: [String] {
        guard let scalar else { return [] }
        switch scalar.meaning {
        case .bool, .integer, .number: return ["put it in quotes if it is meant as text: '\(scalar.text)'"]
        case .null, .text: return []
        }
    }
}

extension [String] {
    /// The words as a choice: `a, b or c`.
    var listedAsChoice: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}
