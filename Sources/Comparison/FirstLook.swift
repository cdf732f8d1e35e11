import NIOCore
import RESP

/// The first look at a page of keys: both servers are asked the same, and their answers are compared as bytes. All
/// strings that are not long are done with that; of other values it shows how large they are.
struct FirstLook {
    enum Verdict: Equatable {
        case same
        /// The value takes so little memory on both servers that they can be asked for all of it.
        case short
        /// The value is to be read in pieces.
        case long
        case suspect
    }

    /// What was seen of one key.
    struct Sight: Equatable {
        let verdict: Verdict
        let size: SizeClass
    }

    private static let beginning = KeyCommand("GETRANGE", then: ["0", "4095"])
    /// A server estimates the memory of a value by a few of its elements. A value of at most `shortest` bytes has fewer
    /// elements than these, since each takes 16 bytes and more where it is not packed with others; so it is measured
    /// exactly, and no huge element is overlooked.
    private static let memory = KeyCommand("MEMORY", "USAGE", then: ["SAMPLES", "256"])
    private static let shortest: Int64 = 4 << 10

    let keys: [ByteBuffer]
    let types: [KeyType]
    /// How far two expiry times may be apart, in milliseconds.
    let tolerance: Int64
    /// Whether fields of hashes expire, which is read in pieces.
    let fieldsExpire: Bool

    /// Two commands for each key: the expiry time, and the first 4,096 bytes of a string or the size of another value.
    func append(to batch: inout CommandBatch) {
        for (key, type) in zip(keys, types) {
            batch.append(ServerReader.pttl, key)
            switch type {
            case .string: batch.append(Self.beginning, key)
            case .list, .sortedSet, .hash, .set: batch.append(Self.memory, key)
            case .stream, .none, .other: batch.append(ServerReader.type, key)
            }
        }
    }

    /// Compares what the servers said, key by key.
    func sights(source: ServerReader.Answers, target: ServerReader.Answers) -> [Sight] {
        source.frames.open { mine in
            target.frames.open { theirs in
                let here = Replies(replies: mine, begin: source.begin, now: source.time)
                let there = Replies(replies: theirs, begin: target.begin, now: target.time)
                return keys.indices.map { Sight(verdict: verdict($0, here, there), size: size($0, here)) }
            }
        }
    }

    /// The replies of one server.
    private struct Replies {
        let replies: ReplyFrames.Open
        let begin: Int
        let now: Int64

        func value(_ index: Int) -> Int { begin + 2 * index + 1 }

        func expiry(_ index: Int) -> ExpiryTime? {
            replies.number(begin + 2 * index).map { ExpiryTime(left: $0, now: now) }
        }
    }

    private func verdict(_ index: Int, _ source: Replies, _ target: Replies) -> Verdict {
        guard isSameExpiry(source.expiry(index), target.expiry(index)) else { return .suspect }
        let (here, there) = (source.value(index), target.value(index))
        switch types[index] {
        case .none: return .suspect
        case .string:
            guard source.replies.isSame(here, as: there, of: target.replies) else { return .suspect }
            return source.replies.begins(here, with: "$4096\r\n") ? .long : .same
        case .stream: return source.replies.isSame(here, as: there, of: target.replies) ? .long : .suspect
        case .other: return source.replies.isSame(here, as: there, of: target.replies) ? .same : .suspect
        case .list, .sortedSet, .hash, .set:
            // A server that does not tell the size is asked for pieces.
            guard let mine = source.replies.number(here), let theirs = target.replies.number(there) else {
                return .long
            }
            if mine < 0 || theirs < 0 { return .suspect }
            if fieldsExpire, types[index] == .hash { return .long }
            return max(mine, theirs) <= Self.shortest ? .short : .long
        }
    }

    private func size(_ index: Int, _ source: Replies) -> SizeClass {
        switch types[index] {
        case .string, .list, .sortedSet, .hash, .set: SizeClass(bytes: source.replies.number(source.value(index)))
        case .stream, .none, .other: .unknown
        }
    }

    private func isSameExpiry(_ mine: ExpiryTime?, _ theirs: ExpiryTime?) -> Bool {
        guard let mine, let theirs, mine != .missing else { return false }
        return mine.isSame(as: theirs, tolerance: tolerance)
    }
}
