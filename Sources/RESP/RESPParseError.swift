import NIOCore

/// Why bytes were refused: they are not a reply of a Redis server, or the reply takes too much memory.
package struct RESPParseError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        case malformed
        /// The bytes may be a reply, but one that is above the limits.
        case tooLarge
    }

    package let code: Code
    /// What is wrong, as a clause.
    package let reason: String
    /// The first of the offending bytes, escaped.
    package let bytes: String

    init(_ reason: String, at bytes: ByteBuffer, _ code: Code = .malformed) {
        self.code = code
        self.reason = reason
        let head = bytes.readableBytesView.prefix(64)
        self.bytes = Self.escaped(head) + (head.count < bytes.readableBytes ? "…" : "")
    }

    package var description: String { "\(reason), found '\(bytes)'" }

    private static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        var result = ""
        for byte in bytes {
            if (0x20...0x7E).contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return result
    }
}
