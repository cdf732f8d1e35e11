package import NIOCore
import RESP

/// A key that is not the same on both servers.
package struct Difference: Sendable, Equatable, Codable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
        /// The source has the key, and the target does not.
        case missing
        /// The target has the key, and the source does not.
        case extra
        case type
        case value
        case expiry
    }

    package let kind: Kind
    package let database: Int
    /// The key; where its name is never shown, the pattern that says so.
    package let key: ByteBuffer
    package let hidesName: Bool
    /// What each server has; `nil` for the one that lacks the key.
    package internal(set) var source: KeySight?
    package internal(set) var target: KeySight?

    init(
        _ kind: Kind, database: Int, key: ByteBuffer, source: KeySight?, target: KeySight?, disclosure: KeyDisclosure
    ) {
        self.kind = kind
        self.database = database
        let pattern = disclosure.pattern(hiding: key)
        self.key = pattern.map { ByteBuffer(string: $0.text) } ?? key
        hidesName = pattern != nil
        self.source = source
        self.target = target
    }

    /// What the key holds on the source; on the target for a key that only the target has.
    package var type: KeyType { source?.type ?? target?.type ?? .none }
}

/// What one server has of a key, for a person.
package struct KeySight: Sendable, Equatable, Codable {
    package let type: KeyType
    /// Bytes of a string, elements of anything else; `nil` for a type that is not read.
    package let size: Int?
    /// The time that the key has left, in milliseconds; `nil` where it does not expire.
    package let left: Int64?
    /// The first bytes of a string; `nil` for other types, and for values that are not shown.
    package internal(set) var beginning: ByteBuffer?

    init?(_ state: KeyState) {
        guard state.type != .none else { return nil }
        type = state.type
        if case .other = state.type { size = nil } else { size = state.value.size }
        left = state.left
    }
}
