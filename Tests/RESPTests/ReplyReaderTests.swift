import NIOCore
import Testing

@testable import RESP

struct ReplyReaderTests {
    private static let bytes = RESPParserTests.bytes
    private static let count = RESPParserTests.values.count

    private func read<Reader: ReplyReader>(_ pieces: [some Sequence<UInt8>], into reader: Reader) throws -> Reader {
        var reader = reader
        var isDone = false
        for piece in pieces {
            #expect(!isDone)
            var buffer = ByteBuffer(bytes: piece)
            isDone = try reader.read(&buffer)
            #expect(buffer.readableBytes == 0)
        }
        #expect(isDone)
        return reader
    }

    private func values(_ frames: ReplyFrames) throws -> [RESPValue] {
        var parser = RESPParser()
        return try (0..<Self.count).compactMap { index in
            parser.feed(try #require(frames.bytes(index)))
            return try parser.next()
        }
    }

    @Test func `frames are the replies, wherever the bytes are cut`() throws {
        for cut in Self.bytes.indices {
            let frames = try read([Self.bytes[..<cut], Self.bytes[cut...]], into: ReplyFrames(count: Self.count))
            #expect(try values(frames) == RESPParserTests.values, "cut at \(cut)")
        }
        let single = try read(Self.bytes.map { [$0] }, into: ReplyFrames(count: Self.count))
        #expect(try values(single) == RESPParserTests.values)
    }

    @Test(arguments: [
        ("*16777217\r\n", "more than 16777216 elements in a list"),
        ("*9999999999999999\r\n", "more than 16777216 elements in a list"),
        ("$536870913\r\n", "more than 536870912 bytes in a string"),
    ])
    func `lengths that no server means are refused`(_ text: String, _ reason: String) throws {
        for reader in [ReplyFrames(count: 1), ReplyLeaves(count: 1)] as [any ReplyReader] {
            var (reader, bytes) = (reader, ByteBuffer(string: text))
            let error = #expect(throws: RESPParseError.self) { try reader.read(&bytes) }
            #expect(error?.reason == reason)
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func `what follows the last reply is left`() throws {
        var frames = ReplyFrames(count: 1)
        var bytes = ByteBuffer(string: "$2\r\nab\r\n+OK\r\n")
        #expect(try frames.read(&bytes))
        #expect(String(buffer: bytes) == "+OK\r\n")
        #expect(frames.bytes(0).map { String(buffer: $0) } == "$2\r\nab\r\n")
    }

    @Test func `a reply that is too long is compared by its digest, whatever pieces it came in`() throws {
        let long = Array("$100\r\n\(String(repeating: "a", count: 100))\r\n:7\r\n".utf8)
        let other = Array("$100\r\n\(String(repeating: "a", count: 99))b\r\n:7\r\n".utf8)
        let whole = try read([long], into: ReplyFrames(count: 2))
        for cut in long.indices.dropFirst() {
            let frames = try read([long[..<cut], long[cut...]], into: ReplyFrames(count: 2, longest: 20))
            #expect(frames.isSame(0, as: 0, of: whole) && whole.isSame(0, as: 0, of: frames))
            #expect(frames.length(0) == 108)
            #expect(frames.number(1) == 7)
            let changed = try read([other[..<cut], other[cut...]], into: ReplyFrames(count: 2, longest: 20))
            #expect(!frames.isSame(0, as: 0, of: changed))
        }
    }

    @Test func `frames answer what is asked of them`() throws {
        let text =
            "-WRONGTYPE no\r\n:-12\r\n$4\r\nabcd\r\n*2\r\n:1\r\n:2\r\n+hash\r\n"
            + "*2\r\n$1\r\n7\r\n*3\r\n$0\r\n\r\n$3\r\na\r\n\r\n$-1\r\n:99999999999999999999\r\n"
        let frames = try read([Array(text.utf8)], into: ReplyFrames(count: 7))
        #expect(frames.strings(5)?.map { String(buffer: $0) } == ["7", "", "a\r\n"])
        #expect(frames.number(6) == nil)
        #expect(frames.text(4) == "hash")
        #expect(frames.error(0)?.message == "WRONGTYPE no")
        #expect(frames.text(0) == nil)
        #expect(frames.error(1) == nil)
        #expect((0..<4).map { frames.number($0) } == [nil, -12, 4, 2])
        #expect(frames.begins(2, with: "$4\r\n"))
        #expect(!frames.begins(2, with: "$44"))
        #expect(!frames.begins(2, with: "$4\r\nabcd\r\n and more"))
    }

    @Test func `leaves are the strings, wherever the bytes are cut`() throws {
        let whole = try read([Self.bytes], into: ReplyLeaves(count: Self.count))
        #expect(whole.replies.count == Self.count)
        #expect(whole.replies[9].map(\.text) == ["master", "3129659", "127.0.0.1", "9001", "3129242"])
        #expect(whole.replies[9].map(\.depth) == [1, 1, 3, 3, 3])
        #expect(whole.replies[1].first?.isError == true)
        for cut in Self.bytes.indices {
            let leaves = try read([Self.bytes[..<cut], Self.bytes[cut...]], into: ReplyLeaves(count: Self.count))
            #expect(leaves.replies.map { $0.map(\.digest) } == whole.replies.map { $0.map(\.digest) }, "cut at \(cut)")
        }
    }

    @Test func `of a long string the beginning, the length and the digest are kept`() throws {
        let text = String(repeating: "x", count: 1_000)
        let leaves = try read([Array("$1000\r\n\(text)\r\n".utf8)], into: ReplyLeaves(count: 1))
        let leaf = try #require(leaves.replies[0].first)
        #expect(leaf.length == 1_000)
        #expect(leaf.head.count == ReplyLeaves.longestHead)
    }

    @Test(arguments: [
        (String(repeating: "*1\r\n", count: 33), "lists are nested deeper than 32"),
        (
            "*262145\r\n" + String(repeating: "$-1\r\n", count: 262_145),
            "more than 262144 strings in the replies to one batch"
        ),
    ])
    func `leaves that would take much memory are refused`(_ text: String, _ reason: String) {
        var (leaves, bytes) = (ReplyLeaves(count: 1), ByteBuffer(string: text))
        let error = #expect(throws: RESPParseError.self) { try leaves.read(&bytes) }
        #expect(error?.reason == reason)
        #expect(error?.code == .tooLarge)
    }

    @Test(arguments: ["hello\r\n", "$x\r\n", "$\r\n", "$3\r\nabcd\r\n", "*99999999999999999\r\n", "$--1\r\n"])
    func `what is no reply is refused`(text: String) {
        var frames = ReplyFrames(count: 1)
        var bytes = ByteBuffer(string: text)
        #expect(throws: RESPParseError.self) { try frames.read(&bytes) }
    }

    @Test func `a batch is the commands in order`() {
        var batch = CommandBatch([["SELECT", "1"]])
        let key = ByteBuffer(bytes: [0xff, 13, 10])
        batch.append(KeyCommand("HSCAN", then: ["0", "COUNT", "128"]), key)
        batch.append(KeyCommand("MEMORY", "USAGE"), ByteBuffer(bytes: Array(repeating: 65, count: 1_000)))
        batch.append("EXISTS", keys: [key, ByteBuffer(string: "b")])
        let expected = [
            ["SELECT", "1"],
            Command(arguments: [.init(string: "HSCAN"), key] + ["0", "COUNT", "128"].map { ByteBuffer(string: $0) }),
            ["MEMORY", "USAGE", String(repeating: "A", count: 1_000)],
            Command(arguments: [.init(string: "EXISTS"), key, .init(string: "b")]),
        ].encoded()
        #expect(batch.bytes == expected)
        #expect(batch.count == 4)
    }
}
