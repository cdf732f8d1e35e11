import NIOCore
import RESP

/// One key of a data set and the commands that make it.
struct SampleKey {
    let commands: [Command]
    let expires: Bool

    init(index: Int, using random: inout SplitMix) {
        var maker = Maker(index: index, random: random)
        let key = maker.key
        var commands = maker.commands(for: key)
        expires = index % 8 == 3
        if expires { commands.append(Command(arguments: [.init(string: "EXPIRE"), key, .init(string: "3600")])) }
        self.commands = commands
        random = maker.random
    }
}

private struct Maker {
    let index: Int
    var random: SplitMix

    private static let kinds = [
        "string", "integer", "hash", "list", "set", "integers", "zset", "stream", "bitmap", "hyperloglog", "binary",
        "empty", "float", "field",
    ]

    /// There are 14 kinds, and every eighth key has a TTL. The formula gives each kind keys with and without a TTL, in
    /// both databases.
    private var kind: String { Self.kinds[(index / 8 + index) % Self.kinds.count] }

    var key: ByteBuffer {
        kind == "binary"
            ? ByteBuffer(bytes: [0, 0xff, 13, 10] + Array("binary:\(index)".utf8)) : .init(string: "\(kind):\(index)")
    }

    mutating func commands(for key: ByteBuffer) -> [Command] {
        // A few strings are as large as a page of HTML with its images.
        if index % 1_000 == 0 { return [command("SET", key, [text(256 * 1_024)])] }
        return switch kind {
        case "string": [command("SET", key, [text(Int.random(in: 1...200, using: &random))])]
        case "integer": [command("SET", key, [String(Int.random(in: -1_000_000...1_000_000, using: &random))])]
        case "hash": [command("HSET", key, (0..<count(40)).flatMap { ["field:\($0)", text(12)] })]
        case "list": [command("RPUSH", key, (0..<count(200)).map { "element:\($0)" })]
        case "set": [command("SADD", key, (0..<count(150)).map { "member:\($0)" })]
        case "integers": [command("SADD", key, (0..<count(600)).map { String($0 * 7) })]
        case "zset": [command("ZADD", key, (0..<count(150)).flatMap { ["\($0).5", "member:\($0)"] })]
        case "stream": stream(key)
        case "bitmap": [command("SETBIT", key, [String(Int.random(in: 0..<20_000, using: &random)), "1"])]
        case "hyperloglog": [command("PFADD", key, (0..<count(100)).map { "visitor:\($0)" })]
        case "binary": [Command(arguments: [.init(string: "SET"), key, bytes(count(300))])]
        case "empty": [command("SET", key, [""])]
        case "float": [command("INCRBYFLOAT", key, ["\(index).25"])]
        default: [command("HSET", key, ["only", ""])]
        }
    }

    /// A stream with a consumer group that has one entry acknowledged, one pending and one unread. Every other stream
    /// is trimmed until it is empty instead.
    private func stream(_ key: ByteBuffer) -> [Command] {
        let entries = (1...3).map { command("XADD", key, ["1700000000000-\($0)", "field", "value \($0)"]) }
        if index % 2 == 0 { return entries + [command("XTRIM", key, ["MAXLEN", "0"])] }
        let name = String(buffer: key)
        return entries + [
            ["XGROUP", "CREATE", name, "workers", "0"],
            ["XREADGROUP", "GROUP", "workers", "worker-1", "COUNT", "2", "STREAMS", name, ">"],
            ["XACK", name, "workers", "1700000000000-1"],
        ]
    }

    private func command(_ name: String, _ key: ByteBuffer, _ words: [String]) -> Command {
        Command(arguments: [.init(string: name), key] + words.map { ByteBuffer(string: $0) })
    }

    /// A number of elements: mostly small, now and then `largest`, so that both encodings of a type occur.
    private mutating func count(_ largest: Int) -> Int {
        Int.random(in: 0..<40, using: &random) == 0 ? largest : Int.random(in: 1...4, using: &random)
    }

    /// Letters from a random place of the page.
    private mutating func text(_ length: Int) -> String {
        let first = Int.random(in: 0..<Self.page.count, using: &random)
        var text = String(decoding: Self.page[first...].prefix(length), as: UTF8.self)
        while text.utf8.count < length {
            text += String(decoding: Self.page.prefix(length - text.utf8.count), as: UTF8.self)
        }
        return text
    }

    private mutating func bytes(_ length: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// Random letters to take texts from. A text then takes one random number, not one for each letter.
    private static let page: [UInt8] = {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789 ".utf8)
        var random = SplitMix(state: 0)
        return (0..<4_096).map { _ in letters[Int.random(in: letters.indices, using: &random)] }
    }()
}
