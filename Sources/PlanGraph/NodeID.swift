/// The identity of a node in a graph: a step, or one check of a step.
///
/// Its `description` is what a person reads, what the state file keeps and what events carry: `replicaof`,
/// `preflight/source-is-primary`. No other code composes or parses such a text.
package struct NodeID: Sendable, Hashable {
    /// The id of the step in the plan.
    package let step: String
    /// The id of the check; `nil` for a step that is one node as a whole.
    package let check: String?

    package init(step: String, check: String? = nil) {
        self.step = step
        self.check = check
    }
}

extension NodeID: LosslessStringConvertible {
    package var description: String { check.map { "\(step)/\($0)" } ?? step }

    /// `nil` for a text that cannot be the description of a node: a part is empty, there are more than two, or a
    /// character is neither a letter, a digit, `-`, `_` nor `.`, which is all that the plan language allows in ids.
    package init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy(Self.isName), let step = parts.first else { return nil }
        self.init(step: String(step), check: parts.dropFirst().first.map(String.init))
    }

    private static func isName(_ part: Substring) -> Bool {
        !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
}

extension NodeID: Comparable {
    /// Orders ids by their descriptions, for lists in messages.
    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension NodeID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = NodeID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the id of a node")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension NodeID: ExpressibleByStringLiteral {
    /// - Precondition: the literal is an id as `description` spells it.
    package init(stringLiteral value: String) {
        guard let id = NodeID(value) else { preconditionFailure("'\(value)' is not the id of a node") }
        self = id
    }
}
