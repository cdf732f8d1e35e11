import NIOCore
import RESP

/// The first look at a page of keys: both servers are asked the same, and their answers are compared as bytes. Nearly
/// all keys are done with that.
struct FirstLook {
    enum Verdict: Equatable {
        case same
        /// What was read is the same, or cannot be told so; there is more to read.
        case more
        case suspect
    }

    let keys: [ByteBuffer]
    let types: [KeyType]
    /// How far two expiry times may be apart, in milliseconds.
    let tolerance: Int64

    /// Two commands for each key: the expiry time, and the first 4,096 bytes of a string or 128 elements of another
    /// value.
    func append(to batch: inout CommandBatch) {
        for (key, type) in zip(keys, types) {
            batch.append("PTTL", key)
            switch type {
            case .string: batch.append("GETRANGE", key, "0", "4095")
            case .list: batch.append("LRANGE", key, "0", "127")
            case .sortedSet: batch.append("ZRANGE", key, "0", "127", "WITHSCORES")
            case .hash: batch.append("HSCAN", key, "0", "COUNT", "128")
            case .set: batch.append("SSCAN", key, "0", "COUNT", "128")
            case .stream, .none, .other: batch.append("TYPE", key)
            }
        }
    }

    /// Compares what the servers said of one key.
    /// - Parameter begin: the number of the first reply about a key, at each server.
    func verdict(_ index: Int, _ source: ReplyFrames, _ target: ReplyFrames, begin: Pair<Int>) -> Verdict {
        let (here, there) = (begin.source + 2 * index, begin.target + 2 * index)
        guard isSameExpiry(expiry(source, here, begin.source), expiry(target, there, begin.target)) else {
            return .suspect
        }
        let isSame = source.isSame(here + 1, as: there + 1, of: target)
        switch types[index] {
        case .none: return .same
        case .stream: return isSame ? .more : .suspect
        case .other: return isSame ? .same : .suspect
        case .string, .list, .hash, .set, .sortedSet: break
        }
        if isMore(index, source, here + 1) || isMore(index, target, there + 1) { return .more }
        if isSame || isSameContent(types[index], source.bytes(here + 1), target.bytes(there + 1)) { return .same }
        return .suspect
    }

    private func isSameExpiry(_ mine: ExpiryTime?, _ theirs: ExpiryTime?) -> Bool {
        guard let mine, let theirs, mine != .missing else { return false }
        return mine.isSame(as: theirs, tolerance: tolerance)
    }

    private func expiry(_ frames: ReplyFrames, _ reply: Int, _ begin: Int) -> ExpiryTime? {
        if frames.begins(reply, with: ":-1\r") { return .never }
        return frames.number(reply).map { ExpiryTime(left: $0, now: ServerReader.time(frames, begin: begin)) }
    }

    private func isMore(_ index: Int, _ frames: ReplyFrames, _ reply: Int) -> Bool {
        switch types[index] {
        case .string: frames.begins(reply, with: "$4096\r\n")
        case .list: frames.begins(reply, with: "*128\r\n")
        case .sortedSet: frames.begins(reply, with: "*256\r\n")
        case .hash, .set: !frames.begins(reply, with: "*2\r\n$1\r\n0\r\n")
        case .stream, .none, .other: false
        }
    }

    /// Whether answers in different bytes hold the same: a set comes in the order of its hash table, and scores are
    /// spelt in different ways.
    private func isSameContent(_ type: KeyType, _ mine: ByteBuffer?, _ theirs: ByteBuffer?) -> Bool {
        guard let mine = mine.flatMap({ digest(type, $0) }), let theirs = theirs.flatMap({ digest(type, $0) }) else {
            return false
        }
        return mine == theirs
    }

    private func digest(_ type: KeyType, _ bytes: ByteBuffer) -> ValueDigest? {
        var (leaves, bytes) = (ReplyLeaves(count: 1), bytes)
        guard (try? leaves.read(&bytes)) == true, let reply = leaves.replies.first, reply.first?.isError == false else {
            return nil
        }
        var reading = ValueReading(type)
        reading.answer(reply)
        return reading.value
    }
}
