import RESP

/// What a value holds, in a few bytes. Equal digests mean equal content, in whatever encoding and order a server keeps
/// it.
struct ValueDigest: Equatable, Sendable {
    private(set) var digest = Digest.zero
    /// Elements, fields, members or entries; for a string its bytes.
    private(set) var size = 0
    /// When fields of a hash expire.
    private var expiry = Digest.zero

    init() {}

    /// A whole value.
    init(_ type: KeyType, of leaves: [ReplyLeaves.Leaf]) {
        switch type {
        case .list: add(list: leaves, of: leaves.count)
        case .sortedSet: add(scored: leaves)
        case .hash: add(pairs: leaves)
        case .set: add(set: leaves)
        case .string, .stream, .none, .other: preconditionFailure("a \(type.name) is not read as a whole")
        }
    }

    /// A string in pieces. Both servers must have been asked for the same pieces.
    mutating func add(piece: ReplyLeaves.Leaf) {
        digest.append(piece.digest)
        size += piece.length
    }

    /// Elements whose order matters.
    mutating func add(list leaves: some Collection<ReplyLeaves.Leaf>, of elements: Int) {
        for leaf in leaves { digest.append(leaf.digest) }
        size += elements
    }

    /// Elements whose order does not matter.
    mutating func add(set leaves: some Collection<ReplyLeaves.Leaf>) {
        for leaf in leaves { digest += leaf.digest }
        size += leaves.count
    }

    /// Fields and values in turn.
    mutating func add(pairs leaves: some RandomAccessCollection<ReplyLeaves.Leaf>) {
        for pair in leaves.inTwos {
            var maker = Digest.Maker()
            maker.combine(pair.first.digest)
            maker.combine(pair.second.digest)
            digest += maker.finish()
            size += 1
        }
    }

    /// Members and scores in turn. Servers spell scores in different ways, so they are compared as numbers.
    mutating func add(scored leaves: some RandomAccessCollection<ReplyLeaves.Leaf>) {
        for pair in leaves.inTwos {
            let text = pair.second.text
            var maker = Digest.Maker()
            maker.combine(pair.first.digest)
            if let score = Double(text) { maker.combine(score) } else { maker.combine(text) }
            digest += maker.finish()
            size += 1
        }
    }

    /// A field of a hash that expires.
    /// - Parameter time: in milliseconds since 1970.
    mutating func add(expiring field: [UInt8], at time: String) {
        var maker = Digest.Maker()
        field.withUnsafeBytes { maker.combine(bytes: $0) }
        maker.combine(time)
        expiry += maker.finish()
    }

    /// Whether both are the same but for the expiry of fields.
    func hasSameContent(as other: ValueDigest) -> Bool { digest == other.digest && size == other.size }

    /// Parts of a value whose order does not matter, each made of several strings.
    mutating func add(part leaves: [ReplyLeaves.Leaf]) {
        var maker = Digest.Maker()
        for leaf in leaves { maker.combine(leaf.digest) }
        digest += maker.finish()
    }

    /// The registers of a HyperLogLog, in place of its bytes.
    mutating func replace(with registers: [UInt8]) {
        var maker = Digest.Maker()
        registers.withUnsafeBytes { maker.combine(bytes: $0) }
        (digest, size) = (maker.finish(), registers.count)
    }
}

extension RandomAccessCollection<ReplyLeaves.Leaf> {
    /// The leaves two by two; a last one without a partner is left out.
    var inTwos: some Sequence<(first: ReplyLeaves.Leaf, second: ReplyLeaves.Leaf)> {
        stride(from: 0, to: count - 1, by: 2).lazy.map { offset in
            let first = index(startIndex, offsetBy: offset)
            return (self[first], self[index(after: first)])
        }
    }
}
