internal import Diagnostics
internal import YAMLTree

/// Reads a mapping by asking for its keys. A key that nobody asked for is a mistake.
///
/// Call `finish` after asking for all keys. Only then is it known which keys are unknown, and which of the unknown ones
/// is a misspelt required key.
struct MappingReader {
    /// What has the keys, as messages call it: `'sentinel'`, `this plan`.
    let subject: String
    /// Where a missing key is reported: at the name of the mapping.
    let place: SourceRange
    let collector: DiagnosticCollector
    let entries: [YAMLEntry]
    /// What messages call a key of this mapping: the keys of `preflight` are checks.
    var noun = (word: "key", code: DiagnosticCode.unknownKey)
    private var asked: [String] = []
    private var missing: [(key: String, expected: String)] = []
    /// Keys of a later version of the language, which `planned` has reported.
    private var reported: Set<String> = []
    private let byKey: [String: YAMLEntry]

    /// `nil` if the value is not a mapping, which is reported. A key without a value is an empty mapping.
    init?(_ node: YAMLNode, _ site: ReadingSite, expected: String = "a mapping") {
        guard node.isNull || node.entries != nil else {
            site.reportWrongType(node, expected: expected)
            return nil
        }
        self.init(
            entries: node.entries ?? [], subject: "'\(site.key)'", place: site.keyRange, collector: site.collector)
    }

    init(entries: [YAMLEntry], subject: String, place: SourceRange, collector: DiagnosticCollector) {
        self.entries = entries
        self.subject = subject
        self.place = place
        self.collector = collector
        byKey = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entry, not read yet. Asking for it makes the key a known one.
    mutating func entry(_ key: String) -> YAMLEntry? {
        asked.append(key)
        return byKey[key]
    }

    /// The entry, not read yet. If it is not there, `finish` reports its key as missing.
    mutating func requiredEntry(_ key: String, expected: String) -> YAMLEntry? {
        let entry = entry(key)
        if entry == nil { missing.append((key, expected)) }
        return entry
    }

    mutating func required<Value>(_ field: Field<Value>) -> Value? {
        requiredEntry(field.key, expected: field.type.expected).flatMap { read($0, field.type) }
    }

    /// The value of a key that may be left out; `nil` if it is not there, or wrong.
    mutating func optional<Value>(_ field: Field<Value>) -> Value? {
        entry(field.key).flatMap { read($0, field.type) }
    }

    /// The value of a key that has a default; the default if it is not there, or wrong.
    ///
    /// - Precondition: the field has a default.
    mutating func value<Value>(_ field: Field<Value>) -> Value {
        guard let value = optional(field) ?? field.defaultValue else {
            preconditionFailure("'\(field.key)' has no default")
        }
        return value
    }

    func read<Value>(_ entry: YAMLEntry, _ type: ValueType<Value>) -> Value? {
        guard Value.self == SecretReference.self || !collector.secretPlaces.contains(entry.value.range) else {
            collector.error(
                .literalSecret, "'\(entry.key)' takes its value from where a password is written", at: entry.keyRange,
                help: ["write the value out, and name where the password is"])
            return nil
        }
        return ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: collector).value(entry.value, type)
    }

    /// Where the value of a key stands.
    func range(of key: String) -> SourceRange? { byKey[key]?.value.range }

    /// Reports keys that a later version of the language will know.
    ///
    /// - Parameter isExplained: whether another diagnostic says so already.
    mutating func planned(_ keys: [String], unless isExplained: Bool = false) {
        for key in keys {
            guard let entry = byKey[key], reported.insert(key).inserted, !isExplained else { continue }
            collector.error(.notSupportedYet, "'\(key)' is not supported yet", at: entry.keyRange)
        }
    }

    /// Does not report these keys as missing, because something else in the mapping explains why they are not there.
    mutating func excuse(_ keys: [String]) {
        missing.removeAll { keys.contains($0.key) }
    }

    /// Reports a missing blank after a colon: to YAML, `{ address:10.0.0.1:6379 }` is one key without a value. Returns
    /// the key that was meant; `nil` if it is none of `known`.
    private func reportMissingBlank(_ entry: YAMLEntry, _ known: Set<String>) -> String? {
        guard entry.value.isNull, let colon = entry.key.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let key = String(entry.key[..<colon])
        guard known.contains(key) else { return nil }
        collector.error(
            .unknownKey, "a blank is missing after '\(key):'", at: entry.keyRange, help: ["write '\(key): …'"])
        return key
    }

    /// How many unknown keys get a suggestion. Each is compared with many known ones, and nobody reads more.
    private static let mostSuggestions = 50

    private func meant(by key: String, _ absent: [String]) -> String? {
        Suggestion.closest(to: key, in: missing.map(\.key)) ?? Suggestion.closest(to: key, in: absent)
    }

    /// Reports unknown keys and missing ones; a typo of a missing key is one mistake, not two.
    ///
    /// - Parameter hint: what to say of an unknown key that belongs elsewhere.
    mutating func finish(hint: (String) -> String? = { _ in nil }) {
        let known = Set(asked)
        let absent = asked.filter { byKey[$0] == nil }
        var mistakes = 0
        for entry in entries where !known.contains(entry.key) && !reported.contains(entry.key) && entry.key != "<<" {
            mistakes += 1
            if let key = reportMissingBlank(entry, known) {
                missing.removeAll { $0.key == key }
                continue
            }
            let isWorthwhile = mistakes <= Self.mostSuggestions && !collector.isFull
            let meant = isWorthwhile ? meant(by: entry.key, absent) : nil
            missing.removeAll { $0.key == meant }
            let help =
                hint(entry.key) ?? meant.map { "did you mean '\($0)'?" }
                ?? "known: \(asked.joined(separator: ", "))"
            collector.error(
                noun.code, "\(subject) has no \(noun.word) \(entry.key.quotedForMessage)", at: entry.keyRange,
                help: asked.isEmpty && meant == nil ? [] : [help])
        }
        // The mapping behind a merge key may contain the missing keys, and merge keys are not read.
        guard !missing.isEmpty, byKey["<<"] == nil else { return }
        collector.error(
            .missingKey, "\(subject) lacks \(missing.map(\.key).listedForMessage)", at: place,
            help: missing.map { "add '\($0.key)': \($0.expected)" })
    }
}
