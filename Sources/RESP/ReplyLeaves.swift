package import NIOCore

/// The replies to a batch, of which each string is reduced to its digest, its length and its beginning. So a reply takes
/// little memory whatever its strings hold.
package struct ReplyLeaves: ReplyReader {
    /// One string, number, error or nothing.
    package struct Leaf: Sendable {
        /// The first byte on the wire; a zero for nothing.
        package var kind: UInt8
        /// How many lists the value is in.
        package var depth: Int
        package var digest = Digest.zero
        /// In bytes.
        package var length = 0
        /// At most `ReplyLeaves.longestHead` bytes.
        package var head: [UInt8] = []

        /// The whole text, where it is short; its beginning otherwise.
        package var text: String { String(decoding: head, as: UTF8.self) }
        package var isError: Bool { kind == UInt8(ascii: "-") }
    }

    package static let longestHead = 96
    /// All replies of a batch together may have so many leaves, which take up to 50 MiB of memory.
    private static let mostLeaves = 1 << 18
    private static let limits = RESPParser.Limits()

    /// The leaves of each reply, in the order in which they came.
    package private(set) var replies: [[Leaf]] = []
    private let expected: Int
    private var tokens = ReplyTokens()
    private var leaves: [Leaf] = []
    private var count = 0
    private var maker = Digest.Maker()
    /// How many values each open list lacks. The outermost stands for the reply itself.
    private var missing = [1]

    package init(count: Int) {
        expected = count
    }

    package mutating func read(_ bytes: inout ByteBuffer) throws(RESPParseError) -> Bool {
        try bytes.consume { piece throws(RESPParseError) in try scan(piece) }
        return replies.count == expected
    }

    private mutating func scan(_ piece: UnsafeRawBufferPointer) throws(RESPParseError) -> Int {
        var position = 0
        while replies.count < expected, let token = try tokens.next(piece, &position) {
            switch token {
            case .list(let count):
                missing[missing.count - 1] -= 1
                missing.append(count)
                guard missing.count - 1 <= Self.limits.depth else {
                    throw tooLarge("lists are nested deeper than \(Self.limits.depth)", piece, position)
                }
            case .null:
                try begin(kind: 0, piece, position)
                missing[missing.count - 1] -= 1
            case .opening(let kind):
                try begin(kind: kind, piece, position)
                maker = Digest.Maker()
            case .content(let range): take(UnsafeRawBufferPointer(rebasing: piece[range]))
            case .end:
                leaves[leaves.count - 1].digest = maker.finish()
                missing[missing.count - 1] -= 1
            }
            closeLists()
        }
        return position
    }

    private mutating func begin(
        kind: UInt8, _ piece: UnsafeRawBufferPointer, _ position: Int
    ) throws(RESPParseError) {
        count += 1
        guard count <= Self.mostLeaves else {
            throw tooLarge("more than \(Self.mostLeaves) strings in the replies to one batch", piece, position)
        }
        leaves.append(Leaf(kind: kind, depth: missing.count - 1))
    }

    private func tooLarge(_ reason: String, _ piece: UnsafeRawBufferPointer, _ position: Int) -> RESPParseError {
        RESPParseError(reason, at: ByteBuffer(bytes: piece[position...].prefix(64)), .tooLarge)
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) {
        maker.combine(bytes: bytes)
        let last = leaves.count - 1
        leaves[last].length += bytes.count
        let room = Self.longestHead - leaves[last].head.count
        if room > 0 { leaves[last].head += bytes.prefix(room) }
    }

    private mutating func closeLists() {
        while missing.count > 1, missing.last == 0 { missing.removeLast() }
        guard missing.count == 1, missing[0] == 0 else { return }
        replies.append(leaves)
        (leaves, missing) = ([], [1])
    }
}
