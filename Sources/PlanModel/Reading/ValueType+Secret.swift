internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == SecretReference {
    /// A reference, never a value. No message repeats what stands here: it may be the secret.
    static let secret = Self(
        expected: "a reference such as { env: REDIS_PASSWORD }",
        read: { node, site in
            if let scalar = node.scalar, scalar.meaning != .null {
                report(scalar, at: node.range, site)
                return nil
            }
            guard !node.isNull, var reader = MappingReader(node, site, expected: Self.expectation) else {
                if node.isNull { site.reportWrongType(node, expected: Self.expectation) }
                return nil
            }
            let environment = reader.optional(Self.environment)
            let file = reader.optional(Self.file)
            let places = reader.entries.filter { ["env", "file"].contains($0.key) }
            if places.count == 2 {
                site.collector.error(
                    .invalidSecret, "'\(site.key)' names two places", at: places[1].keyRange,
                    labels: [Diagnostic.Label(places[0].keyRange, "the other one")], help: ["keep 'env' or 'file'"])
            } else if reader.entries.isEmpty {
                site.collector.error(
                    .invalidSecret, "'\(site.key)' names no place", at: site.keyRange,
                    help: ["write { env: NAME } or { file: PATH }"])
            }
            reader.finish()
            return environment.map(SecretReference.environment) ?? file.map(SecretReference.file)
        },
        spell: { reference in
            switch reference {
            case .environment(let name): "{ env: \(name) }"
            case .file(let path): "{ file: \(path) }"
            }
        },
        schema: [
            "type": "object",
            "properties": .object([Self.environment.schemaMember, Self.file.schemaMember]),
            "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        ], example: ["env": "REDIS_PASSWORD"])

    private static func report(_ scalar: YAMLScalar, at range: SourceRange, _ site: ReadingSite) {
        // `${NAME}`, as in a shell or a template.
        let isVariable = scalar.text.hasPrefix("${") && scalar.text.hasSuffix("}")
        let name = scalar.text.dropFirst(2).dropLast()
        let shown = isVariable && String(name).isVariableName ? String(name) : "REDIS_PASSWORD"
        site.collector.error(
            .literalSecret,
            isVariable
                ? "'\(site.key)' is a text: planrun replaces no variables in a plan"
                : "'\(site.key)' is written in the plan",
            at: range,
            help: isVariable
                ? ["name the variable instead: \(site.key): { env: \(shown) }"]
                : [
                    "name where it is instead: \(site.key): { env: REDIS_PASSWORD }, or { file: PATH }",
                    "give the server a new password: whoever can read this file knows this one",
                ])
    }

    private static let expectation = "a reference such as { env: REDIS_PASSWORD }"
    private static let environment = Field("env", .environmentName, "The environment variable that holds the secret.")
    private static let file = Field(
        "file", .text("a path"), example: "secrets/redis-password",
        "The file that holds the secret, relative to the plan. A line break at its end is dropped.")
}

extension ValueType where Value == String {
    fileprivate static let environmentName = Self(
        expected: "the name of an environment variable",
        read: { node, site in
            let text = node.scalar?.text ?? ""
            guard node.scalar?.meaning != .text || !SecretReference.isEnvironmentName(text) else { return text }
            guard !node.isInvalid else { return nil }
            site.collector.error(
                .invalidSecret, "'env' must be the name of an environment variable", at: node.range,
                help: [
                    text.hasPrefix("$")
                        ? "write the name without '$'"
                        : "write the name, such as REDIS_PASSWORD, not the secret itself"
                ])
            return nil
        },
        spell: { $0 },
        schema: ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"], example: "REDIS_PASSWORD")
}

extension SecretReference {
    /// Whether this is a variable name as POSIX defines it for portable programs, except that lower-case letters are
    /// allowed, too.
    package static func isEnvironmentName(_ text: String) -> Bool {
        text.utf8.first.map { !$0.isDigitByte } ?? false
            && text.utf8.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: "_") }
    }
}
