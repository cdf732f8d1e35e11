internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == [String: VariableValue] {
    /// The variables of a command by name, each a text or a reference to a secret.
    static let variables = Self(
        expected: expectation,
        read: { node, site in
            guard let entries = node.entries, !entries.isEmpty else {
                site.reportWrongType(node, expected: expectation, help: ["write \(site.key): { ZONE: example.net }"])
                return nil
            }
            var variables: [String: VariableValue] = [:]
            for entry in entries { variables[entry.key] = variable(entry, site) }
            return variables.count == entries.count ? variables : nil
        },
        spell: { variables in
            let pairs = variables.sorted { $0.key < $1.key }.map { name, value in
                switch value {
                case .text(let text): "\(name): \(text)"
                case .secret(let reference): "\(name): \(reference.safeText)"
                }
            }
            return "{ \(pairs.joined(separator: ", ")) }"
        },
        schema: [
            "type": "object", "minProperties": 1,
            "additionalProperties": ["anyOf": [["type": "string"], ValueType<SecretReference>.secret.schema]],
        ], example: ["ZONE": "example.net", "DNS_TOKEN": ["env": "DNS_TOKEN"]])

    private static let expectation = "a mapping of variables to texts or to references such as { env: DNS_TOKEN }"

    private static func variable(_ entry: YAMLEntry, _ site: ReadingSite) -> VariableValue? {
        let inner = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: site.collector)
        guard !entry.key.hasPrefix("PLANRUN_") else {
            site.collector.error(
                .invalidValue, "variables that begin with PLANRUN_ are set by planrun itself", at: entry.keyRange,
                help: ["give the variable another name"])
            return nil
        }
        guard isName(entry.key) else {
            site.collector.error(
                .invalidValue, "this is not the name of a variable", at: entry.keyRange,
                help: ["use letters, digits and '_', a letter or '_' first"])
            return nil
        }
        if entry.value.entries != nil {
            return ValueType<SecretReference>.secret.read(entry.value, inner).map { .secret($0) }
        }
        if SecretText.isTelling(entry.key), entry.value.scalar?.meaning == .text {
            return ValueType<SecretReference>.secret.read(entry.value, inner).map { .secret($0) }
        }
        return ValueType<String>.text("a text").read(entry.value, inner).map { .text($0) }
    }

    /// A name as POSIX defines it for portable programs, except that lower-case letters are allowed, too.
    private static func isName(_ text: String) -> Bool {
        text.utf8.first.map { !$0.isDigitByte } ?? false
            && text.utf8.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: "_") }
    }
}
