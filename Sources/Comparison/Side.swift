/// One of the two servers.
package enum Side: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
    case source, target

    var other: Side { self == .source ? .target : .source }
}

/// A value for each of the two servers.
struct Pair<Value> {
    var source: Value
    var target: Value

    subscript(side: Side) -> Value { side == .source ? source : target }
}

extension Pair: Sendable where Value: Sendable {}
