package import NIOCore

/// The incremental reader of replies: it gets bytes in pieces of any size and returns whole values.
///
/// The strings of a value that lies in one piece are slices of that piece, so nothing is copied. A line or a string
/// that is cut off at the end of a piece is kept in a separate buffer, to which the next pieces are appended. So each
/// byte is copied at most once, even if a large string or list comes in many pieces. After an error the parser has lost
/// its place: drop the connection.
package struct RESPParser {
    /// How much memory a peer can make planrun use.
    package struct Limits: Sendable {
        /// How deep lists may be nested.
        package var depth = 32
        /// Bytes of one bulk string; 512 MiB is what Redis allows by default (`proto-max-bulk-len`).
        package var bulkLength = 512 << 20
        /// Elements of one list.
        package var arrayLength = 16 << 20
        /// Bytes of one line: a simple string, an error, a number.
        package var lineLength = 64 << 10
        /// Bytes of memory that one reply may take, with its lists and all that they hold: enough for the longest
        /// string and for what is around it.
        package var replySize = 576 << 20

        package init() {}
    }

    private enum Expectation {
        case line
        case bulk(length: Int)
    }

    /// The kinds of lines that hold a number, by their first byte.
    private enum NumberKind: UInt8 {
        case integer = 0x3A  // :
        case bulk = 0x24  // $
        case list = 0x2A  // *
    }

    /// A list some of whose elements have not arrived yet.
    private struct OpenList {
        var elements: [RESPValue] = []
        let count: Int
    }

    /// The memory of the value that `next()` returned last, in bytes; an estimate that is never too low.
    package private(set) var lastSize = 0
    /// The memory of the value that is being read, estimated in the same way.
    private var size = 0
    private let limits: Limits
    private var chunk = ByteBuffer()
    private var partial = ByteBuffer()
    private var expectation = Expectation.line
    private var open: [OpenList] = []

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Adds bytes. Take all values with `next()` before the next piece, or the rest of this one is copied.
    package mutating func feed(_ bytes: ByteBuffer) {
        if chunk.readableBytes == 0 {
            chunk = bytes
        } else {
            chunk.writeImmutableBuffer(bytes)
        }
    }

    /// Takes the bytes back that were fed and not looked at yet. Between two values these are all that are left.
    package mutating func takeUnread() -> ByteBuffer {
        defer { chunk = ByteBuffer() }
        return chunk
    }

    /// The next whole value; `nil` when more bytes are needed.
    package mutating func next() throws(RESPParseError) -> RESPValue? {
        while true {
            let token: RESPValue?
            switch expectation {
            case .line:
                if let line = takeNumber() {
                    token = try read(line.kind, line.number)
                } else {
                    guard var line = try takeLine() else { return nil }
                    token = try read(&line)
                }
            case .bulk(let length):
                guard let bytes = try takeBulk(length) else { return nil }
                token = .bulkString(bytes)
            }
            guard let token, let value = try close(token) else { continue }
            (lastSize, size) = (size, 0)
            return value
        }
    }

    // MARK: Values

    /// `nil` if the line only announces more: a bulk string or a list that is not empty.
    private mutating func read(_ line: inout ByteBuffer) throws(RESPParseError) -> RESPValue? {
        switch line.readInteger(as: UInt8.self) {
        case UInt8(ascii: "+"):
            try grow(by: line.readableBytes)
            return .simpleString(String(buffer: line))
        case UInt8(ascii: "-"):
            try grow(by: line.readableBytes)
            return .error(RESPError(message: String(buffer: line)))
        case UInt8(ascii: ":"): return .integer(try integer(line))
        case UInt8(ascii: "$"):
            guard let length = try length(line, limit: limits.bulkLength, of: "bytes in a string") else { return .null }
            return try read(.bulk, Int64(length))
        case UInt8(ascii: "*"):
            guard let count = try length(line, limit: limits.arrayLength, of: "elements in a list") else {
                return .null
            }
            guard count == 0 || open.count < limits.depth else {
                throw RESPParseError("lists are nested deeper than \(limits.depth)", at: line, .tooLarge)
            }
            return try read(.list, Int64(count))
        default:
            line.moveReaderIndex(to: 0)
            throw RESPParseError("expected '+', '-', ':', '$' or '*'", at: line)
        }
    }

    /// - Precondition: the number is within the limits.
    private mutating func read(_ kind: NumberKind, _ number: Int64) throws(RESPParseError) -> RESPValue? {
        switch kind {
        case .integer: return .integer(number)
        case .bulk:
            try grow(by: Int(number))
            expectation = .bulk(length: Int(number))
        case .list where number == 0: return .array([])
        case .list:
            try grow(by: Self.listSize)
            open.append(OpenList(count: Int(number)))
            // A peer that announces millions has to send them before we make room for them.
            open[open.count - 1].elements.reserveCapacity(Int(min(number, 1024)))
        }
        return nil
    }

    /// Adds a value to the innermost open list. Returns the reply once no list is open any more: the value itself, or
    /// the list that it has completed.
    private mutating func close(_ value: RESPValue) throws(RESPParseError) -> RESPValue? {
        var value = value
        while !open.isEmpty {
            try grow(by: Self.elementSize)
            let last = open.count - 1
            open[last].elements.append(value)
            guard open[last].elements.count == open[last].count else { return nil }
            value = .array(open.removeLast().elements)
        }
        return value
    }

    /// The memory of a list that has no elements yet.
    private static let listSize = 64
    /// The memory of one element: twice its size, because a list has room for up to twice as many elements as it holds.
    private static let elementSize = 2 * MemoryLayout<RESPValue>.stride

    /// Counts what is about to be kept, before room is made for it.
    private mutating func grow(by bytes: Int) throws(RESPParseError) {
        // This cannot overflow: `size` is at most the limit of a reply, and `bytes` at most that of a string.
        size += bytes
        guard size <= limits.replySize else {
            throw RESPParseError("one reply takes more than \(limits.replySize) bytes", at: chunk, .tooLarge)
        }
    }

    // MARK: Bytes

    /// Takes a whole line that is nothing but a number within the limits, as nearly all lines are, without making a
    /// slice of it. `nil` for every other line, which stays where it is.
    private mutating func takeNumber() -> (kind: NumberKind, number: Int64)? {
        guard partial.readableBytes == 0 else { return nil }
        let line = chunk.withUnsafeReadableBytes { bytes -> (kind: NumberKind, number: Int64, length: Int)? in
            guard let first = bytes.first, let kind = NumberKind(rawValue: first) else { return nil }
            var number: Int64 = 0
            var position = 1
            // At most 18 digits, which cannot overflow.
            while position < min(bytes.count, 19), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
                number = number * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
                position += 1
            }
            guard position > 1, bytes.count >= position + 2, bytes[position] == UInt8(ascii: "\r"),
                bytes[position + 1] == UInt8(ascii: "\n")
            else { return nil }
            return (kind, number, position + 2)
        }
        guard let line, isWithinLimits(line.kind, line.number) else { return nil }
        chunk.moveReaderIndex(forwardBy: line.length)
        return (line.kind, line.number)
    }

    private func isWithinLimits(_ kind: NumberKind, _ number: Int64) -> Bool {
        switch kind {
        case .integer: true
        case .bulk: number <= limits.bulkLength
        case .list: number <= limits.arrayLength && (number == 0 || open.count < limits.depth)
        }
    }

    /// The next line without its CRLF; `nil` when more bytes are needed.
    private mutating func takeLine() throws(RESPParseError) -> ByteBuffer? {
        var line: ByteBuffer
        if let length = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 + 1 - chunk.readerIndex }),
            let head = chunk.readSlice(length: length)
        {
            if partial.readableBytes == 0 {
                line = head
            } else {
                partial.writeImmutableBuffer(head)
                line = takePartial()
            }
        } else {
            partial.writeBuffer(&chunk)
            guard partial.readableBytes <= limits.lineLength + 1 else { throw tooLong(partial) }
            return nil
        }
        guard line.readableBytes <= limits.lineLength + 2 else { throw tooLong(line) }
        let end = line.writerIndex
        guard line.readableBytes >= 2, line.getInteger(at: end - 2, as: UInt8.self) == UInt8(ascii: "\r") else {
            throw RESPParseError("a line ends without a carriage return", at: line)
        }
        line.moveWriterIndex(to: end - 2)
        return line.slice()
    }

    private mutating func takeBulk(_ length: Int) throws(RESPParseError) -> ByteBuffer? {
        var bytes: ByteBuffer
        if partial.readableBytes == 0, let whole = chunk.readSlice(length: length + 2) {
            bytes = whole
        } else {
            guard var piece = chunk.readSlice(length: min(length + 2 - partial.readableBytes, chunk.readableBytes))
            else { return nil }
            partial.writeBuffer(&piece)
            guard partial.readableBytes == length + 2 else { return nil }
            bytes = takePartial()
        }
        expectation = .line
        guard bytes.getInteger(at: bytes.writerIndex - 2, as: UInt16.self) == 0x0D0A else {
            bytes.moveReaderIndex(to: bytes.writerIndex - 2)
            throw RESPParseError("a string of \(length) bytes is not followed by a line end", at: bytes)
        }
        bytes.moveWriterIndex(to: bytes.writerIndex - 2)
        return bytes
    }

    private mutating func takePartial() -> ByteBuffer {
        defer { partial = ByteBuffer() }
        return partial
    }

    // MARK: Numbers

    private func integer(_ line: ByteBuffer) throws(RESPParseError) -> Int64 {
        guard let number = Int64(decimal: line.readableBytesView) else {
            throw RESPParseError("expected an integer", at: line)
        }
        return number
    }

    /// `nil` for -1, which stands for "nothing".
    private func length(
        _ line: ByteBuffer, limit: Int, of unit: String
    ) throws(RESPParseError) -> Int? {
        let number = try integer(line)
        if number == -1 { return nil }
        guard number >= 0 else { throw RESPParseError("expected a length", at: line) }
        guard number <= limit else { throw RESPParseError("more than \(limit) \(unit)", at: line, .tooLarge) }
        return Int(number)
    }

    private func tooLong(_ line: ByteBuffer) -> RESPParseError {
        RESPParseError("a line is longer than \(limits.lineLength) bytes", at: line, .tooLarge)
    }
}

extension Int64 {
    /// Reads an optional sign and decimal digits; `nil` for anything else, and for a number that does not fit.
    fileprivate init?(decimal bytes: ByteBufferView) {
        var rest = bytes[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        var magnitude: UInt64 = 0
        for byte in rest {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            magnitude = sum
        }
        guard magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { return nil }
        self = isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
    }
}
