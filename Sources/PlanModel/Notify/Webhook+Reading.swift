internal import Diagnostics
internal import YAMLTree

extension Webhook {
    private static let urlField = Field(
        "url", .webhookAddress,
        "The address: { env: NAME } or { file: PATH }, or written out where it is no secret.")
    private static let headersField = Field(
        "headers", .headers, "Headers of the request, each a text or a reference to a secret.")

    static var fields: [any FieldDeclaration] { [urlField, headersField] }
    static var requiredKeys: [String] { [urlField.key] }

    fileprivate static func read(_ reader: inout MappingReader) -> Webhook? {
        let url = reader.required(urlField)
        let headers = reader.optional(headersField)
        reader.finish()
        return url.map { Webhook(url: $0, headers: headers ?? [:]) }
    }

    /// As a plan writes it, without secrets.
    fileprivate var spelled: String {
        let pairs = [Self.urlField.setting(url)] + (headers.isEmpty ? [] : [Self.headersField.setting(headers)])
        return "{ \(pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }"
    }
}

extension ValueType where Value == Webhook {
    static let webhook = Self(
        expected: "a mapping such as { url: { env: CHAT_HOOK } }",
        read: { node, site in
            MappingReader(node, site, expected: "a mapping such as { url: { env: CHAT_HOOK } }").flatMap { reader in
                var reader = reader
                return Webhook.read(&reader)
            }
        },
        spell: { $0.spelled },
        schema: [
            "type": "object", "required": .array(Webhook.requiredKeys.map(SchemaValue.string)),
            "additionalProperties": false, "properties": .object(Webhook.fields.map(\.schemaMember)),
        ],
        example: ["url": ["env": "CHAT_HOOK"], "headers": ["Authorization": ["env": "CHAT_TOKEN"]]])
}

extension ValueType where Value == VariableValue {
    /// The address of a webhook. No message repeats one that is written in the plan: it may be a secret nevertheless.
    fileprivate static let webhookAddress = Self(
        expected: "a reference such as { env: CHAT_HOOK }, or an address that is no secret",
        read: { node, site in
            if node.entries != nil { return ValueType<SecretReference>.secret.read(node, site).map { .secret($0) } }
            guard let scalar = node.scalar, scalar.meaning == .text else {
                site.reportWrongType(node, expected: "a reference such as { env: CHAT_HOOK }, or an address")
                return nil
            }
            guard let problem = WebhookAddress.problem(scalar.text) else { return .text(scalar.text) }
            site.collector.error(
                .invalidAddress, "'\(site.key)' \(problem)", at: node.range,
                help: [
                    "write https://HOST/PATH, or name where the address is: { env: NAME }",
                    "what lets planrun in belongs into a header: headers: { Authorization: { env: NAME } }",
                ])
            return nil
        },
        spell: { $0.safeText },
        schema: ["anyOf": [["type": "string"], ValueType<SecretReference>.secret.schema]],
        example: ["env": "CHAT_HOOK"])
}
