package import NIOCore

/// The replies to a batch as bytes, each with its borders. Nothing is read of them but where they end, because two
/// servers that answer in the same bytes hold the same.
///
/// Of a reply that is longer than `longest` only a digest is kept.
package struct ReplyFrames: ReplyReader {
    private enum Frame {
        case bytes(Range<Int>)
        case digest(Digest, length: Int)
    }

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
    package init(count: Int, longest: Int = 16 << 10) {
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
        var (position, taken) = (0, 0)
        while frames.count < expected, let token = try tokens.next(piece, &position) {
            switch token {
            case .list(let count): missing += count - 1
            case .null, .end: missing -= 1
            case .opening, .content: continue
            }
            guard missing == 0 else { continue }
            keep(piece, taken..<position)
            taken = position
            close()
        }
        keep(piece, taken..<position)
        if kept.writerIndex - begin > longest { drop() }
        return position
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer, _ range: Range<Int>) {
        kept.writeBytes(UnsafeRawBufferPointer(rebasing: piece[range]))
    }

    private mutating func close() {
        missing = 1
        if dropped == nil {
            frames.append(.bytes(begin..<kept.writerIndex))
        } else {
            drop()
            if let (maker, length) = dropped { frames.append(.digest(maker.finish(), length: length)) }
            dropped = nil
        }
        begin = kept.writerIndex
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
    /// Whether reply `index` here and reply `other` there are the same bytes.
    package func isSame(_ index: Int, as other: Int, of replies: ReplyFrames) -> Bool {
        switch (frames[index], replies.frames[other]) {
        case (.bytes(let mine), .bytes(let theirs)):
            return kept.viewBytes(at: mine.lowerBound, length: mine.count)
                == replies.kept.viewBytes(at: theirs.lowerBound, length: theirs.count)
        default:
            return length(index) == replies.length(other) && digest(index) == replies.digest(other)
        }
    }

    /// The bytes of a reply; `nil` where it was too long to be kept.
    package func bytes(_ index: Int) -> ByteBuffer? {
        guard case .bytes(let range) = frames[index] else { return nil }
        return kept.getSlice(at: range.lowerBound, length: range.count)
    }

    /// The length of a reply on the wire, in bytes.
    package func length(_ index: Int) -> Int {
        switch frames[index] {
        case .bytes(let range): range.count
        case .digest(_, let length): length
        }
    }

    /// Whether a reply begins with these bytes; `false` for one that was too long to be kept.
    package func begins(_ index: Int, with text: StaticString) -> Bool {
        guard case .bytes(let range) = frames[index], range.count >= text.utf8CodeUnitCount else { return false }
        return kept.withUnsafeReadableBytes { bytes in
            text.withUTF8Buffer { wanted in
                UnsafeRawBufferPointer(rebasing: bytes[range].prefix(wanted.count)).elementsEqual(wanted)
            }
        }
    }

    /// The number of an integer reply, or that at the head of a string or a list; `nil` for anything else.
    package func number(_ index: Int) -> Int64? {
        line(index, kinds: ":$*").flatMap { Int64($0) }
    }

    /// The error, where the reply is one.
    package func error(_ index: Int) -> RESPError? {
        line(index, kinds: "-").map { RESPError(message: $0) }
    }

    /// The text of a reply that is one short line without line breaks of its own, as `TYPE` gives it.
    package func text(_ index: Int) -> String? { line(index, kinds: "+") }

    /// The first line of a reply without its kind; `nil` where the kind is none of these.
    private func line(_ index: Int, kinds: String) -> String? {
        guard case .bytes(let range) = frames[index] else { return nil }
        return kept.withUnsafeReadableBytes { bytes in
            guard let kind = bytes[range].first, kinds.utf8.contains(kind) else { return nil }
            return String(decoding: bytes[range].dropFirst().prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        }
    }

    private func digest(_ index: Int) -> Digest {
        switch frames[index] {
        case .digest(let digest, _): return digest
        case .bytes(let range):
            var maker = Digest.Maker()
            kept.withUnsafeReadableBytes { maker.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
            return maker.finish()
        }
    }
}
