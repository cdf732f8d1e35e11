import RESP

/// What a key holds, as `TYPE` says it. A file keeps that word.
package enum KeyType: Hashable, Sendable {
    case string, hash, list, set, sortedSet, stream
    /// There is no such key.
    case none
    /// A type of a module, whose values are not read.
    case other(String)

    init(wire: String) {
        switch wire {
        case "string": self = .string
        case "hash": self = .hash
        case "list": self = .list
        case "set": self = .set
        case "zset": self = .sortedSet
        case "stream": self = .stream
        case "none": self = .none
        default: self = .other(wire)
        }
    }

    /// Reads the reply to `TYPE`; `nil` where it is none.
    init?(_ replies: ReplyFrames.Open, _ index: Int) {
        if let known = Self.replies.first(where: { replies.begins(index, with: $0.reply) }) {
            self = known.type
        } else if let word = replies.text(index) {
            self.init(wire: word)
        } else {
            return nil
        }
    }

    /// The most frequent first.
    private static let replies: [(reply: StaticString, type: KeyType)] = [
        ("+string\r", .string), ("+hash\r", .hash), ("+zset\r", .sortedSet), ("+set\r", .set), ("+list\r", .list),
    ]

    /// The word that `TYPE` answers.
    package var word: String {
        switch self {
        case .sortedSet: "zset"
        case .none: "none"
        case .string, .hash, .list, .set, .stream, .other: name
        }
    }

    /// The word for a person.
    package var name: String {
        switch self {
        case .string: "string"
        case .hash: "hash"
        case .list: "list"
        case .set: "set"
        case .sortedSet: "sorted set"
        case .stream: "stream"
        case .none: "no key"
        case .other(let name): name
        }
    }
}

extension KeyType: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(wire: try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}
