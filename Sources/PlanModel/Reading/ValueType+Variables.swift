internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == [String: VariableValue] {
    /// The variables of a command by name, each a text or a reference to a secret.
    static let variables = named(
        expected: "a mapping of variables to texts or to references such as { env: DNS_TOKEN }",
        write: "{ ZONE: example.net }", example: ["ZONE": "example.net", "DNS_TOKEN": ["env": "DNS_TOKEN"]]
    ) { name in
        if name.hasPrefix("PLANRUN_") {
            return ("variables that begin with PLANRUN_ are set by planrun itself", "give the variable another name")
        }
        if SecretReference.isEnvironmentName(name) { return nil }
        return ("this is not the name of a variable", "use letters, digits and '_', a letter or '_' first")
    }

    /// The headers of a webhook by name, each a text or a reference to a secret.
    static let headers = named(
        expected: "a mapping of headers to texts or to references such as { env: HOOK_TOKEN }",
        write: "{ Authorization: { env: HOOK_TOKEN } }", example: ["Authorization": ["env": "HOOK_TOKEN"]]
    ) { name in
        if ownHeaders.contains(name.lowercased()) {
            return ("planrun sets this header itself", "leave it out")
        }
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0.isWordByte || "-_!#$%&'*+.^`|~".utf8.contains($0) }
        return isName ? nil : ("this is not the name of a header", "use letters, digits, '-' and '_'")
    }

    /// What frames a request, and what says of what kind it is.
    private static let ownHeaders: Set = [
        "connection", "content-length", "content-type", "expect", "host", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// - Parameters:
    ///   - write: an example of such a mapping, for a message.
    ///   - problem: what is wrong with a name, and what to do about it; `nil` if nothing is.
    private static func named(
        expected: String, write: String, example: SchemaValue,
        problem: @escaping @Sendable (String) -> (sentence: String, help: String)?
    ) -> Self {
        Self(
            expected: expected,
            read: { node, site in
                guard let entries = node.entries, !entries.isEmpty else {
                    site.reportWrongType(node, expected: expected, help: ["write \(site.key): \(write)"])
                    return nil
                }
                var values: [String: VariableValue] = [:]
                for entry in entries {
                    if let problem = problem(entry.key) {
                        site.collector.error(
                            .invalidValue, problem.sentence, at: entry.keyRange, help: [problem.help])
                    } else {
                        values[entry.key] = value(entry, site)
                    }
                }
                return values.count == entries.count ? values : nil
            },
            spell: { values in
                let pairs = values.sorted { $0.key < $1.key }.map { "\($0): \($1.safeText)" }
                return "{ \(pairs.joined(separator: ", ")) }"
            },
            schema: [
                "type": "object", "minProperties": 1,
                "additionalProperties": ["anyOf": [["type": "string"], ValueType<SecretReference>.secret.schema]],
            ], example: example)
    }

    private static func value(_ entry: YAMLEntry, _ site: ReadingSite) -> VariableValue? {
        let inner = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: site.collector)
        if entry.value.entries != nil {
            return ValueType<SecretReference>.secret.read(entry.value, inner).map { .secret($0) }
        }
        if SecretText.isTelling(entry.key), entry.value.scalar?.meaning == .text {
            return ValueType<SecretReference>.secret.read(entry.value, inner).map { .secret($0) }
        }
        return ValueType<String>.text("a text").read(entry.value, inner).map { .text($0) }
    }
}
