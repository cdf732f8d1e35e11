internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == ComparisonRate {
    private static let expectation = "a mapping such as { commands: 20000, bytes: 50MiB }"
    private static var commands: Field<Int> {
        Field("commands", .integer(1...1_000_000_000), "Commands a second at each server.")
    }
    private static var bytes: Field<ByteCount> { Field("bytes", .size, "Bytes of answers a second from each server.") }

    static let rate = Self(
        expected: expectation,
        read: { node, site in
            guard node.entries?.isEmpty == false, var reader = MappingReader(node, site) else {
                site.reportWrongType(node, expected: expectation)
                return nil
            }
            let rate = ComparisonRate(commands: reader.optional(commands), bytes: reader.optional(bytes))
            reader.finish()
            guard rate.bytes?.bytes != 0 else {
                site.collector.error(
                    .outOfRange, "'bytes' must be at least 1B", at: node.range, help: ["write '1MiB', or leave it out"])
                return nil
            }
            return rate
        },
        spell: { rate in
            let parts = [rate.commands.map(commands.setting), rate.bytes.map(bytes.setting)].compactMap(\.self)
            return "{ \(parts.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }"
        },
        schema: [
            "type": "object", "properties": .object([commands.schemaMember, bytes.schemaMember]),
            "additionalProperties": false,
        ], example: ["commands": 20_000, "bytes": "50MiB"])
}
