internal import Diagnostics
internal import Escaping
internal import YAMLTree

extension ValueType where Value == [String: SecretReference] {
    /// A reference for each of several users, by name.
    static let secretsByUser = Self(
        expected: expectation,
        read: { node, site in
            guard let entries = node.entries, !entries.isEmpty else {
                site.reportWrongType(
                    node, expected: expectation, help: ["write \(site.key): { app: { env: APP_PASSWORD } }"])
                return nil
            }
            var secrets: [String: SecretReference] = [:]
            for entry in entries {
                guard entry.key != "default" else {
                    site.collector.error(
                        .invalidValue, "the user 'default' is on every server, and no step changes it",
                        at: entry.keyRange, help: ["give the target's default user its password yourself"])
                    continue
                }
                if let hidden = HiddenCharacter.first(in: entry.key) {
                    site.collector.error(
                        .hiddenCharacter, "this user's name holds \(hidden.name), which \(hidden.meaning)",
                        at: entry.keyRange, help: ["write the name that the server shows"])
                    continue
                }
                let entrySite = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: site.collector)
                secrets[entry.key] = ValueType<SecretReference>.secret.read(entry.value, entrySite)
            }
            return secrets.count == entries.count ? secrets : nil
        },
        spell: { secrets in
            let pairs = secrets.sorted { $0.key < $1.key }
                .map { "\($0.key): \(ValueType<SecretReference>.secret.spell($0.value))" }
            return "{ \(pairs.joined(separator: ", ")) }"
        },
        schema: [
            "type": "object", "additionalProperties": ValueType<SecretReference>.secret.schema, "minProperties": 1,
        ], example: ["app": ["env": "APP_PASSWORD"]])

    private static let expectation = "a mapping of user names to references such as { env: APP_PASSWORD }"
}
