internal import Diagnostics
internal import YAMLTree

extension ValueType {
    /// A list of values of one type. An element that is wrong is reported, and the list is `nil`.
    func list(_ expected: String, atLeast fewest: Int = 0) -> ValueType<[Located<Value>]> {
        ValueType<[Located<Value>]>(
            expected: expected,
            read: { node, site in
                guard let elements = node.elements else {
                    let help =
                        node.scalar.map { $0.meaning == .null ? [] : ["write it as a list, in brackets: [ ]"] } ?? []
                    site.reportWrongType(node, expected: expected, help: help)
                    return nil
                }
                guard elements.count >= fewest else {
                    site.collector.error(
                        .invalidValue, "'\(site.key)' is empty: it must be \(expected)", at: node.range)
                    return nil
                }
                let values = elements.map { element in
                    site.value(element, self).map { Located(value: $0, range: element.range) }
                }
                return values.contains { $0 == nil } ? nil : values.compactMap(\.self)
            },
            spell: { "[\($0.map { spell($0.value) }.joined(separator: ", "))]" },
            schema: (["type": "array", "items": schema] as SchemaValue).adding(
                fewest > 0 ? ["minItems": .int(fewest)] : [:]),
            example: example.map { [$0] })
    }
}

/// A value and where it is written.
struct Located<Value: Sendable>: Sendable {
    let value: Value
    let range: SourceRange
}
