import NIOCore
import RESP

/// Reads one value in pieces of bounded size: says what to ask next, and takes the answers.
///
/// The pieces of lists, sets, sorted sets, hashes and streams are counted in elements. How many are asked for follows
/// the size of those that came before, so that big elements come one at a time.
struct ValueReading {
    private enum Step {
        case string(offset: Int)
        case list(from: Int)
        case sortedSet(from: Int)
        case scan(StaticString, cursor: String)
        /// After a piece of a hash: when these fields expire.
        case expiry(of: [[UInt8]], cursor: String)
        case streamInfo
        case entries(from: String)
        case groups
        case pending(of: [String], from: String)
        case done
    }

    /// The bytes that a piece should have.
    private static let pieceSize = 256 << 10
    private static let firstPiece = 4 << 10
    private static let mostElements = 1_000

    private(set) var value = ValueDigest()
    /// Whether the string begins as a HyperLogLog does.
    private(set) var isHyperLogLog = false
    /// The error with which the server answered, where it did. The key has another type by now, or is gone.
    private(set) var refusal: ReplyLeaves.Leaf?
    private var step: Step
    /// How many elements are asked for.
    private var elements = 16
    /// Whether fields of hashes are asked for their expiry.
    private let fieldsExpire: Bool

    init(_ type: KeyType, fieldsExpire: Bool = false) {
        self.fieldsExpire = fieldsExpire
        step =
            switch type {
            case .string: .string(offset: 0)
            case .list: .list(from: 0)
            case .sortedSet: .sortedSet(from: 0)
            case .hash: .scan("HSCAN", cursor: "0")
            case .set: .scan("SSCAN", cursor: "0")
            case .stream: .streamInfo
            case .none, .other: .done
            }
    }

    /// The next question; `nil` where the value has been read.
    func question(_ key: ByteBuffer) -> Command? {
        switch step {
        case .string(let offset):
            command("GETRANGE", key, "\(offset)", "\(offset + stringPiece(offset) - 1)")
        case .list(let first): command("LRANGE", key, "\(first)", "\(first + elements - 1)")
        case .sortedSet(let first): command("ZRANGE", key, "\(first)", "\(first + elements - 1)", "WITHSCORES")
        case .scan(let name, let cursor): command("\(name)", key, cursor, "COUNT", "\(elements)")
        case .expiry(let fields, _):
            Command(
                arguments: [ByteBuffer(string: "HPEXPIRETIME"), key]
                    + ["FIELDS", "\(fields.count)"].map { ByteBuffer(string: $0) }
                    + fields.map { ByteBuffer(bytes: $0) })
        case .streamInfo: Command(arguments: [.init(string: "XINFO"), .init(string: "STREAM"), key])
        case .groups: Command(arguments: [.init(string: "XINFO"), .init(string: "GROUPS"), key])
        case .entries(let id): command("XRANGE", key, id, "+", "COUNT", "\(elements)")
        case .pending(let groups, let id): command("XPENDING", key, groups[0], id, "+", "\(elements)")
        case .done: nil
        }
    }

    mutating func answer(_ leaves: [ReplyLeaves.Leaf]) {
        if let error = leaves.first, error.isError {
            (refusal, step) = (error, .done)
            return
        }
        let isPiece = if case .expiry = step { false } else { true }
        switch step {
        case .string(let offset): takeString(leaves, offset)
        case .list(let first):
            value.add(list: leaves, of: leaves.count)
            step = leaves.count < elements ? .done : .list(from: first + leaves.count)
        case .sortedSet(let first):
            value.add(scored: leaves)
            step = leaves.count / 2 < elements ? .done : .sortedSet(from: first + leaves.count / 2)
        case .scan(let name, _): takeScan(leaves, name)
        case .expiry(let fields, let cursor): takeExpiry(leaves, of: fields, cursor)
        case .streamInfo: takeStreamInfo(leaves)
        case .entries: takeEntries(leaves)
        case .groups: takeGroups(leaves)
        case .pending(let groups, _): takePending(leaves, groups)
        case .done: break
        }
        let bytes = leaves.reduce(0) { $0 + $1.length }
        if isPiece, bytes > 0 {
            elements = min(max(elements * Self.pieceSize / bytes, 1), min(elements * 4, Self.mostElements))
        }
    }

    /// Takes the registers of a HyperLogLog as the value, in place of its bytes.
    mutating func replace(with registers: [UInt8]) { value.replace(with: registers) }

    private func command(_ name: String, _ key: ByteBuffer, _ rest: String...) -> Command {
        Command(arguments: [ByteBuffer(string: name), key] + rest.map { ByteBuffer(string: $0) })
    }

    private func stringPiece(_ offset: Int) -> Int { offset == 0 ? Self.firstPiece : Self.pieceSize }

    private mutating func takeString(_ leaves: [ReplyLeaves.Leaf], _ offset: Int) {
        guard let piece = leaves.first else {
            step = .done
            return
        }
        if offset == 0 { isHyperLogLog = piece.text.hasPrefix(HyperLogLog.magic) }
        value.add(piece: piece)
        step = piece.length < stringPiece(offset) ? .done : .string(offset: offset + piece.length)
    }

    private mutating func takeScan(_ leaves: [ReplyLeaves.Leaf], _ name: StaticString) {
        guard let cursor = leaves.first?.text else {
            step = .done
            return
        }
        let elements = leaves.dropFirst()
        guard "\(name)" == "HSCAN" else {
            value.add(set: elements)
            goOn(name, cursor)
            return
        }
        value.add(pairs: elements)
        // Of a long field only the beginning is here, so that it cannot be asked for.
        let fields = elements.inTwos.compactMap { pair in
            pair.first.length <= ReplyLeaves.longestHead ? pair.first.head : nil
        }
        if fieldsExpire, !fields.isEmpty { step = .expiry(of: fields, cursor: cursor) } else { goOn("HSCAN", cursor) }
    }

    private mutating func goOn(_ name: StaticString, _ cursor: String) {
        step = cursor == "0" ? .done : .scan(name, cursor: cursor)
    }

    /// The answers are times in milliseconds since 1970; negative for a field that does not expire, or is gone.
    private mutating func takeExpiry(_ leaves: [ReplyLeaves.Leaf], of fields: [[UInt8]], _ cursor: String) {
        for (field, time) in zip(fields, leaves) where !time.text.hasPrefix("-") {
            value.add(expiring: field, at: time.text)
        }
        goOn("HSCAN", cursor)
    }
}

// MARK: Streams

extension ValueReading {
    private mutating func takeStreamInfo(_ leaves: [ReplyLeaves.Leaf]) {
        let fields = leaves.filter { $0.depth == 1 }
        if let name = fields.firstIndex(where: { $0.text == "last-generated-id" }), name + 1 < fields.count {
            value.add(list: [fields[name + 1]], of: 0)
        }
        step = .entries(from: "-")
    }

    /// Each entry is its id, at depth 2, and its fields and values, one deeper.
    private mutating func takeEntries(_ leaves: [ReplyLeaves.Leaf]) {
        let ids = leaves.filter { $0.depth == 2 }
        value.add(list: leaves, of: ids.count)
        guard ids.count == elements, let next = ids.last.flatMap({ Self.following($0.text) }) else {
            step = .groups
            return
        }
        step = .entries(from: next)
    }

    /// Of a group its name and the last id that it has delivered count. What it has of consumers that have nothing
    /// pending, and how far it lags, servers tell in different ways.
    private mutating func takeGroups(_ leaves: [ReplyLeaves.Leaf]) {
        var names: [String] = []
        var group: [ReplyLeaves.Leaf] = []
        for (key, field) in leaves.inTwos {
            switch key.text {
            case "name":
                if !group.isEmpty { value.add(part: group) }
                group = [field]
                if field.length <= ReplyLeaves.longestHead { names.append(field.text) }
            case "last-delivered-id": group.append(field)
            default: break
            }
        }
        if !group.isEmpty { value.add(part: group) }
        step = names.isEmpty ? .done : .pending(of: names.sorted(), from: "-")
    }

    /// Each pending entry is its id, its consumer, the time since its delivery, which is left out, and how often it was
    /// delivered.
    private mutating func takePending(_ leaves: [ReplyLeaves.Leaf], _ groups: [String]) {
        for entry in stride(from: 0, to: leaves.count - 3, by: 4) {
            value.add(list: [leaves[entry], leaves[entry + 1], leaves[entry + 3]], of: 0)
        }
        if leaves.count / 4 == elements, let next = Self.following(leaves[leaves.count - 4].text) {
            step = .pending(of: groups, from: next)
        } else {
            let rest = Array(groups.dropFirst())
            step = rest.isEmpty ? .done : .pending(of: rest, from: "-")
        }
    }

    /// The smallest id above this one; `nil` where the text is no id.
    private static func following(_ id: String) -> String? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, let time = UInt64(parts[0]), let number = UInt64(parts[1]) else { return nil }
        return number == .max ? "\(time &+ 1)-0" : "\(time)-\(number + 1)"
    }
}
