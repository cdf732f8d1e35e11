import NIOCore

/// Finds the parts of replies in bytes that come in pieces, and keeps none of them.
struct ReplyTokens {
    enum Token: Equatable {
        /// A list of so many values begins; an empty one is complete with this.
        case list(Int)
        /// A string, a number or an error begins; the byte says which, as on the wire.
        case opening(UInt8)
        /// Bytes of the value that has begun, by their places in the piece.
        case content(Range<Int>)
        /// The value that has begun is complete.
        case end
        /// A value that is nothing.
        case null
    }

    private enum State {
        case start
        case length(kind: UInt8)
        case line
        case bulk(missing: Int)
        /// The line end after a bulk string.
        case trailer(missing: Int)
    }

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    /// A length has at most 16 digits, so that it cannot overflow.
    private static let mostDigits = 16

    private let limits = RESPParser.Limits()
    private var state = State.start
    private var number = 0
    private var digits = 0
    private var isNegative = false

    /// The next token from `position` on; `nil` when more bytes are needed.
    mutating func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(RESPParseError) -> Token? {
        while position < bytes.count {
            switch state {
            case .start:
                let kind = bytes[position]
                position += 1
                if let token = try begin(kind, bytes, position) { return token }
            case .length(let kind):
                if let token = try takeLength(kind, bytes, &position) { return token }
            case .line:
                return takeLine(bytes, &position)
            case .bulk(let missing):
                let begin = position
                position += min(missing, bytes.count - position)
                let rest = missing - (position - begin)
                state = rest == 0 ? .trailer(missing: 2) : .bulk(missing: rest)
                if position > begin { return .content(begin..<position) }
            case .trailer(let missing):
                let wanted = missing == 2 ? Self.carriageReturn : Self.newline
                guard bytes[position] == wanted else {
                    throw broken("a string is not followed by a line end", bytes, position)
                }
                position += 1
                guard missing == 1 else {
                    state = .trailer(missing: 1)
                    continue
                }
                state = .start
                return .end
            }
        }
        return nil
    }

    /// Goes on to the end of a reply.
    /// - Parameter missing: how many values the reply lacks; 0 at its end.
    /// - Returns: whether the end is there; otherwise more bytes are needed.
    mutating func skip(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, values missing: inout Int
    ) throws(RESPParseError) -> Bool {
        while missing > 0 {
            if case .start = state, Self.skipWhole(bytes, &position, &missing) { continue }
            guard let token = try next(bytes, &position) else { return false }
            switch token {
            case .list(let count): missing += count - 1
            case .null, .end: missing -= 1
            case .opening, .content: continue
            }
        }
        return true
    }

    /// Goes behind a value of which all is there, and about which nothing is unusual. Nearly all values are such, and
    /// need no state for their parts.
    private static func skipWhole(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ missing: inout Int
    ) -> Bool {
        guard position < bytes.count else { return false }
        var end = position + 1
        switch bytes[position] {
        case UInt8(ascii: "$"):
            guard let length = length(bytes, &end) else { return false }
            end += length
            guard end + 1 < bytes.count, bytes[end] == carriageReturn, bytes[end + 1] == newline else { return false }
            end += 2
            missing -= 1
        case UInt8(ascii: "*"):
            guard let count = length(bytes, &end) else { return false }
            missing += count - 1
        case UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            while end < bytes.count, bytes[end] != carriageReturn, bytes[end] != newline { end += 1 }
            guard end + 1 < bytes.count, bytes[end] == carriageReturn, bytes[end + 1] == newline else { return false }
            end += 2
            missing -= 1
        default: return false
        }
        position = end
        return true
    }

    /// A length of at most seven digits, which is below all limits, with the line end behind it.
    private static func length(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        var number = 0
        let begin = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            guard position - begin < 7 else { return nil }
            number = number * 10 + Int(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        guard position > begin, position + 1 < bytes.count, bytes[position] == carriageReturn,
            bytes[position + 1] == newline
        else { return nil }
        position += 2
        return number
    }

    private mutating func begin(
        _ kind: UInt8, _ bytes: UnsafeRawBufferPointer, _ position: Int
    ) throws(RESPParseError) -> Token? {
        switch kind {
        case UInt8(ascii: "$"), UInt8(ascii: "*"):
            state = .length(kind: kind)
            (number, digits, isNegative) = (0, 0, false)
            return nil
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            state = .line
            return .opening(kind)
        default: throw broken("expected a reply", bytes, position - 1)
        }
    }

    private mutating func takeLength(
        _ kind: UInt8, _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(RESPParseError) -> Token? {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < Self.mostDigits:
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
            case UInt8(ascii: "-") where digits == 0 && !isNegative: isNegative = true
            case Self.carriageReturn: break
            case Self.newline where digits > 0:
                state = .start
                if isNegative { return .null }
                if kind == UInt8(ascii: "*") {
                    try check(limits.arrayLength, "elements in a list", bytes, position)
                    return .list(number)
                }
                try check(limits.bulkLength, "bytes in a string", bytes, position)
                state = number == 0 ? .trailer(missing: 2) : .bulk(missing: number)
                return .opening(kind)
            default: throw broken("expected a length", bytes, position - 1)
            }
        }
        return nil
    }

    private mutating func takeLine(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Token {
        let begin = position
        while position < bytes.count, bytes[position] != Self.carriageReturn, bytes[position] != Self.newline {
            position += 1
        }
        if position > begin { return .content(begin..<position) }
        let isEnd = bytes[position] == Self.newline
        position += 1
        guard isEnd else { return .content(begin..<begin) }
        state = .start
        return .end
    }

    /// A length that no server means; sums of such lengths could overflow.
    private func check(
        _ limit: Int, _ unit: String, _ bytes: UnsafeRawBufferPointer, _ position: Int
    ) throws(RESPParseError) {
        guard number > limit else { return }
        throw RESPParseError("more than \(limit) \(unit)", at: excerpt(bytes, position - 1), .tooLarge)
    }

    private func broken(_ reason: String, _ bytes: UnsafeRawBufferPointer, _ position: Int) -> RESPParseError {
        RESPParseError(reason, at: excerpt(bytes, position))
    }

    private func excerpt(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> ByteBuffer {
        ByteBuffer(bytes: bytes[position...].prefix(64))
    }
}
