import NIOCore
import RESP

/// Lists, sets, sorted sets and hashes that are asked for as a whole.
///
/// A dump is the cheapest answer for a server and for planrun, and equal dumps are equal values. Different dumps can be
/// of equal values, too, so that these are asked for their content.
struct ShortValues {
    typealias Item = (key: ByteBuffer, type: KeyType)

    enum Verdict: Equatable {
        case same
        /// The dumps differ; the content may be the same.
        case unclear
        /// The answers are longer than what is kept of one.
        case long
        case suspect
    }

    private static let dump = KeyCommand("DUMP")
    private static let list = KeyCommand("LRANGE", then: ["0", "-1"])
    private static let sortedSet = KeyCommand("ZRANGE", then: ["0", "-1", "WITHSCORES"])
    private static let hash = KeyCommand("HGETALL")
    private static let set = KeyCommand("SMEMBERS")

    let items: [Item]
    /// Whether an item is asked for its dump.
    private let isDumped: [Bool]

    init(_ items: [Item], odds: DumpOdds?) {
        self.items = items
        isDumped = items.map { odds?.areGood(for: $0.type) ?? false }
    }

    /// One command for each value.
    func append(to batch: inout CommandBatch) {
        for (item, isDumped) in zip(items, isDumped) {
            batch.append(isDumped ? Self.dump : Self.content(item.type), item.key)
        }
    }

    private static func content(_ type: KeyType) -> KeyCommand {
        switch type {
        case .list: list
        case .sortedSet: sortedSet
        case .hash: hash
        case .set: set
        case .string, .stream, .none, .other: preconditionFailure("a \(type.name) is not read as a short value")
        }
    }

    /// Compares what the servers said, value by value.
    func verdicts(source: ServerReader.Answers, target: ServerReader.Answers, _ odds: inout DumpOdds) -> [Verdict] {
        let isSame = source.frames.open { mine in
            target.frames.open { theirs in
                items.indices.map { mine.isSame(source.begin + $0, as: target.begin + $0, of: theirs) }
            }
        }
        return items.indices.map { index in
            if isDumped[index] {
                odds.note(isSame: isSame[index], of: items[index].type)
                return isSame[index] ? .same : .unclear
            }
            if isSame[index] { return .same }
            guard let mine = source.frames.bytes(source.begin + index),
                let theirs = target.frames.bytes(target.begin + index)
            else { return .long }
            return isSameContent(items[index].type, mine, theirs) ? .same : .suspect
        }
    }

    /// Whether answers in different bytes hold the same: a set comes in the order of its hash table, and scores are
    /// spelt in different ways.
    private func isSameContent(_ type: KeyType, _ mine: ByteBuffer, _ theirs: ByteBuffer) -> Bool {
        guard let mine = digest(type, mine), let theirs = digest(type, theirs) else { return false }
        return mine == theirs
    }

    private func digest(_ type: KeyType, _ bytes: ByteBuffer) -> ValueDigest? {
        var (leaves, bytes) = (ReplyLeaves(count: 1), bytes)
        guard (try? leaves.read(&bytes)) == true, let reply = leaves.replies.first, reply.first?.isError != true else {
            return nil
        }
        return ValueDigest(type, of: reply)
    }
}

/// How often two servers make the same dump of the same value, by type. Other encodings, another version, or the order
/// of a hash table make others, and then dumps are not worth while.
struct DumpOdds {
    private static let tries = 16
    private var asked: [KeyType: Int] = [:]
    private var same: [KeyType: Int] = [:]

    func areGood(for type: KeyType) -> Bool {
        guard let asked = asked[type], asked >= Self.tries else { return true }
        return same[type, default: 0] * 4 >= asked * 3
    }

    mutating func note(isSame: Bool, of type: KeyType) {
        asked[type, default: 0] += 1
        if isSame { same[type, default: 0] += 1 }
    }
}
