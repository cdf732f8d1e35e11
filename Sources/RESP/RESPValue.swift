package import NIOCore

/// One reply of the Redis serialization protocol, version 2.
package enum RESPValue: Sendable, Equatable {
    case simpleString(String)
    case error(RESPError)
    case integer(Int64)
    case bulkString(ByteBuffer)
    /// "Nothing". On the wire it is `$-1` or `*-1`, which mean the same to every caller.
    case null
    case array([RESPValue])
}

/// An error reply. Match `code`, never the sentence: servers reword it.
package struct RESPError: Error, Sendable, Equatable {
    /// The first word: `ERR`, `NOAUTH`, `WRONGPASS`, `INPROG`, `NOGOODSLAVE`, `READONLY`, ….
    package let code: String
    /// The line that the server sent; a very long one is cut, and its length is added. It is untrusted: escape it
    /// before it reaches a terminal.
    package let message: String

    /// How many Unicode scalars of a message are kept. Redis's own messages have about a hundred.
    private static let longest = 500

    package init(message: String) {
        let head = message.unicodeScalars.prefix(Self.longest)
        self.message =
            head.endIndex == message.endIndex ? message : String(head) + "… (\(message.utf8.count) bytes in all)"
        self.code = String(self.message.prefix { $0 != " " })
    }
}

extension RESPValue {
    /// The text of a simple or bulk string; invalid UTF-8 is repaired. `nil` for every other kind.
    package var string: String? {
        switch self {
        case .simpleString(let text): text
        case .bulkString(let bytes): String(buffer: bytes)
        case .error, .integer, .null, .array: nil
        }
    }

    /// An integer reply, or a string that is a decimal integer.
    package var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .simpleString, .bulkString: string.flatMap { Int64($0) }
        case .error, .null, .array: nil
        }
    }

    package var array: [RESPValue]? {
        switch self {
        case .array(let elements): elements
        case .error, .integer, .null, .simpleString, .bulkString: nil
        }
    }
}
