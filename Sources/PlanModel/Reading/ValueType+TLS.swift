internal import Diagnostics
internal import YAMLTree

extension ValueType where Value == TLSSettings? {
    /// `true`, `false`, or a mapping that says how.
    static let tls = Self(
        expected: "true, or a mapping such as { ca: ca.pem }",
        read: { node, site in
            if case .bool(let isOn)? = node.scalar?.meaning { return .some(isOn ? TLSSettings() : nil) }
            guard node.entries != nil, var reader = MappingReader(node, site) else {
                site.reportWrongType(node, expected: "true, or a mapping such as { ca: ca.pem }")
                return nil
            }
            return .some(TLSSettings.read(&reader))
        },
        spell: { settings in
            guard let settings else { return "false" }
            let written = settings.settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            return written.isEmpty ? "true" : "{ \(written) }"
        },
        schema: [
            "anyOf": [
                ["type": "boolean"],
                [
                    "type": "object", "properties": .object(TLSSettings.fields.map(\.schemaMember)),
                    "additionalProperties": false, "dependencies": ["cert": ["key"], "key": ["cert"]],
                ],
            ]
        ], example: ["ca": "certificates/ca.pem"])
}

extension TLSSettings {
    private static let ca = Field(
        "ca", .text("a path"), example: "certificates/ca.pem",
        "Certificates that are trusted, as a PEM file; without it, those that the system trusts."
    )
    private static let cert = Field(
        "cert", .text("a path"), example: "certificates/planrun.pem",
        "The certificate that planrun shows to the server, as a PEM file.")
    private static let key = Field(
        "key", .text("a path"), example: "certificates/planrun-key.pem", "The private key of 'cert', as a PEM file.")
    private static let serverName = Field(
        "server-name", .text("a host name"), example: "redis-1.example.net",
        "The name that the server's certificate must have, if it is not the address.")
    private static let verify = Field(
        "verify", .flag, default: true,
        "Whether the server's certificate is checked. Turn it off only to try something out.")

    static var fields: [any FieldDeclaration] { [ca, cert, key, serverName, verify] }

    /// The settings that differ from `tls: true`, as the plan spells them.
    fileprivate var settings: [(key: String, value: String)] {
        let written = [
            ca.map(Self.ca.setting), certificate.map(Self.cert.setting), key.map(Self.key.setting),
            serverName.map(Self.serverName.setting), verifies ? nil : Self.verify.setting(false),
        ]
        return written.compactMap(\.self)
    }

    fileprivate static func read(_ reader: inout MappingReader) -> TLSSettings {
        let settings = TLSSettings(
            ca: reader.optional(ca), certificate: reader.optional(cert), key: reader.optional(key),
            serverName: reader.optional(serverName), verifies: reader.value(verify))
        reader.finish()
        if !settings.verifies {
            reader.collector.warning(
                .unverifiedTLS,
                "the server's certificate is not checked: anybody on the way can read and change what is sent",
                at: reader.range(of: verify.key), help: ["name the certificate that signed it: ca: PATH"])
        }
        reportIncomplete(reader, cert.key, without: key.key)
        reportIncomplete(reader, key.key, without: cert.key)
        return settings
    }

    private static func reportIncomplete(_ reader: MappingReader, _ one: String, without other: String) {
        guard let entry = reader.entries.first(where: { $0.key == one }), reader.range(of: other) == nil else { return }
        reader.collector.error(
            .incompleteCertificate, "'\(one)' needs '\(other)' beside it", at: entry.keyRange,
            help: ["a client certificate and its private key belong together: write both"])
    }
}
