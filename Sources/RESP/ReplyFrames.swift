package import NIOCore

/// The replies to a batch as bytes, each with its borders. Nothing is read of them but where they end, because two
/// servers that answer in the same bytes hold the same.
///
/// Of a reply that is longer than `longest` only a digest is kept.
package struct ReplyFrames: ReplyReader {
    fileprivate enum Frame {
        case bytes(Range<Int>)
        case digest(Digest, length: Int)
    }

    /// How many bytes of one reply are kept, if nothing else is said.
    package static let longest = 16 << 10

    private let expected: Int
    private let longest: Int
    private var frames: [Frame] = []
    private var kept = ByteBuffer()
    private var tokens = ReplyTokens()
    /// How many values the reply lacks that is being read.
    private var missing = 1
    /// Where in `kept` that reply begins.
    private var begin = 0
    /// What has come of that reply and is not kept.
    private var dropped: (maker: Digest.Maker, length: Int)?

    /// - Parameters:
    ///   - count: how many replies will come.
    ///   - longest: how many bytes of one reply are kept.
    package init(count: Int, longest: Int = Self.longest) {
        expected = count
        self.longest = longest
        frames.reserveCapacity(count)
    }

    package mutating func read(_ bytes: inout ByteBuffer) throws(RESPParseError) -> Bool {
        try bytes.consume { piece throws(RESPParseError) in try scan(piece) }
        return frames.count == expected
    }

    /// - Returns: how many bytes belong to the batch.
    private mutating func scan(_ piece: UnsafeRawBufferPointer) throws(RESPParseError) -> Int {
        /// The end of the last complete reply, and of what has been copied.
        var (position, taken) = (0, 0)
        // Replies that are kept are copied together, since each copy has its price.
        while frames.count < expected, try tokens.skip(piece, &position, values: &missing) {
            missing = 1
            let length = kept.writerIndex - begin + position - taken
            if dropped == nil, length <= longest {
                frames.append(.bytes(begin..<begin + length))
                begin += length
            } else {
                keep(piece, taken..<position)
                taken = position
                drop()
                if let (maker, length) = dropped { frames.append(.digest(maker.finish(), length: length)) }
                dropped = nil
            }
        }
        keep(piece, taken..<position)
        if dropped != nil || kept.writerIndex - begin > longest { drop() }
        return position
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer, _ range: Range<Int>) {
        kept.writeBytes(UnsafeRawBufferPointer(rebasing: piece[range]))
    }

    private mutating func drop() {
        var (maker, length) = dropped ?? (Digest.Maker(), 0)
        let tail = begin..<kept.writerIndex
        kept.withUnsafeReadableBytes { maker.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[tail])) }
        length += tail.count
        kept.moveWriterIndex(to: begin)
        dropped = (maker, length)
    }
}

// MARK: Asking

extension ReplyFrames {
    /// The replies while their bytes are in reach. Whoever asks about many replies asks here, because reaching the bytes
    /// has its price.
    package struct Open {
        fileprivate let kept: UnsafeRawBufferPointer
        fileprivate let frames: [Frame]
    }

    /// - Parameter body: must not let the open replies escape.
    package func open<Result>(_ body: (Open) throws -> Result) rethrows -> Result {
        try kept.withUnsafeReadableBytes { try body(Open(kept: $0, frames: frames)) }
    }

    /// Whether reply `index` here and reply `other` there are the same bytes.
    package func isSame(_ index: Int, as other: Int, of replies: ReplyFrames) -> Bool {
        open { mine in replies.open { mine.isSame(index, as: other, of: $0) } }
    }

    /// The bytes of a reply; `nil` where it was too long to be kept.
    package func bytes(_ index: Int) -> ByteBuffer? {
        guard case .bytes(let range) = frames[index] else { return nil }
        return kept.getSlice(at: range.lowerBound, length: range.count)
    }

    /// The length of a reply on the wire, in bytes.
    package func length(_ index: Int) -> Int { open { $0.length(index) } }
    /// Whether a reply begins with these bytes; `false` for one that was too long to be kept.
    package func begins(_ index: Int, with text: StaticString) -> Bool { open { $0.begins(index, with: text) } }
    /// The number of an integer reply, or that at the head of a string or a list; `nil` for anything else.
    package func number(_ index: Int) -> Int64? { open { $0.number(index) } }
    /// The error, where the reply is one.
    package func error(_ index: Int) -> RESPError? { open { $0.error(index) } }
    /// The text of a reply that is one short line without line breaks of its own, as `TYPE` gives it.
    package func text(_ index: Int) -> String? { open { $0.text(index) } }

    /// All strings of a reply, in whatever lists they are; `nil` where it was too long to be kept.
    package func strings(_ index: Int) -> [ByteBuffer]? {
        guard case .bytes(let range) = frames[index] else { return nil }
        var (tokens, position, content, strings) = (ReplyTokens(), 0, 0..<0, [ByteBuffer]())
        kept.withUnsafeReadableBytes { bytes in
            let reply = UnsafeRawBufferPointer(rebasing: bytes[range])
            // The reply is whole and has been read once, so that nothing in it is broken.
            while let token = try? tokens.next(reply, &position) {
                switch token {
                case .opening: content = 0..<0
                case .content(let bytes): content = bytes
                case .end:
                    let string = kept.getSlice(at: range.lowerBound + content.lowerBound, length: content.count)
                    strings.append(string ?? ByteBuffer())
                case .list, .null: continue
                }
            }
        }
        return strings
    }
}

extension ReplyFrames.Open {
    package func isSame(_ index: Int, as other: Int, of replies: ReplyFrames.Open) -> Bool {
        if let mine = bytes(index), let theirs = replies.bytes(other) {
            return mine.isSame(as: theirs)
        }
        return length(index) == replies.length(other) && digest(index) == replies.digest(other)
    }

    package func length(_ index: Int) -> Int {
        switch frames[index] {
        case .bytes(let range): range.count
        case .digest(_, let length): length
        }
    }

    package func begins(_ index: Int, with text: StaticString) -> Bool {
        guard let bytes = bytes(index), bytes.count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { wanted in
            bytes.prefix(wanted.count).elementsEqual(wanted)
        }
    }

    package func number(_ index: Int) -> Int64? {
        guard let line = line(index, kinds: ":$*") else { return nil }
        let isNegative = line.first == UInt8(ascii: "-")
        let digits = isNegative ? line.dropFirst() : line
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, isHuge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isHuger) = tens.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !isHuge, !isHuger else { return nil }
            number = sum
        }
        return isNegative ? -number : number
    }

    package func error(_ index: Int) -> RESPError? {
        line(index, kinds: "-").map { RESPError(message: String(decoding: $0, as: UTF8.self)) }
    }

    package func text(_ index: Int) -> String? {
        line(index, kinds: "+").map { String(decoding: $0, as: UTF8.self) }
    }

    private func bytes(_ index: Int) -> UnsafeRawBufferPointer? {
        guard case .bytes(let range) = frames[index] else { return nil }
        return UnsafeRawBufferPointer(rebasing: kept[range])
    }

    /// The first line of a reply without its kind; `nil` where the kind is none of these.
    private func line(_ index: Int, kinds: StaticString) -> Slice<UnsafeRawBufferPointer>? {
        guard let bytes = bytes(index), let kind = bytes.first, kinds.contains(kind) else { return nil }
        var end = 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\r") { end += 1 }
        return bytes[1..<end]
    }

    private func digest(_ index: Int) -> Digest {
        switch frames[index] {
        case .digest(let digest, _): return digest
        case .bytes(let range):
            var maker = Digest.Maker()
            maker.combine(bytes: UnsafeRawBufferPointer(rebasing: kept[range]))
            return maker.finish()
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Compares eight bytes at a time.
    fileprivate func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var position = 0
        while position + 8 <= count {
            guard
                loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    == other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            else { return false }
            position += 8
        }
        return self[position...].elementsEqual(other[position...])
    }
}

extension StaticString {
    fileprivate func contains(_ byte: UInt8) -> Bool { withUTF8Buffer { $0.contains(byte) } }
}
