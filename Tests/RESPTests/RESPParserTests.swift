import NIOCore
import Seeding
import Testing

@testable import RESP

struct RESPParserTests {
    /// A conversation that contains every kind of reply; `values` is what it means.
    static let bytes: [UInt8] = Array(
        """
        +OK\r\n-NOGOODSLAVE No suitable replica to promote\r\n:-42\r\n:+7\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n\
        *3\r\n$6\r\nmaster\r\n:3129659\r\n*2\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n9001\r\n$7\r\n3129242\r\n*0\r\n+\r\n
        """.utf8)

    static let values: [RESPValue] = [
        .simpleString("OK"),
        .error(RESPError(message: "NOGOODSLAVE No suitable replica to promote")),
        .integer(-42),
        .integer(7),
        .bulkString(ByteBuffer(string: "a\r\nbc")),
        .bulkString(ByteBuffer()),
        .null,
        .null,
        .array([]),
        .array([
            .bulkString(ByteBuffer(string: "master")), .integer(3_129_659),
            .array([
                .array([
                    .bulkString(ByteBuffer(string: "127.0.0.1")), .bulkString(ByteBuffer(string: "9001")),
                    .bulkString(ByteBuffer(string: "3129242")),
                ]),
                .array([]),
            ]),
        ]),
        .simpleString(""),
    ]

    static func parse(_ pieces: [some Sequence<UInt8>], limits: RESPParser.Limits = .init()) throws -> [RESPValue] {
        var parser = RESPParser(limits: limits)
        var values: [RESPValue] = []
        for piece in pieces {
            parser.feed(ByteBuffer(bytes: piece))
            while let value = try parser.next() { values.append(value) }
        }
        return values
    }

    @Test func `a conversation in one piece`() throws {
        #expect(try Self.parse([Self.bytes]) == Self.values)
    }

    @Test func `byte by byte it is the same conversation`() throws {
        #expect(try Self.parse(Self.bytes.map { [$0] }) == Self.values)
    }

    @Test func `cut in two at any byte it is the same conversation`() throws {
        for cut in Self.bytes.indices {
            #expect(try Self.parse([Self.bytes[..<cut], Self.bytes[cut...]]) == Self.values, "cut at \(cut)")
        }
    }

    @Test(.saysSeed, arguments: 0..<50) func `cut at random it is the same conversation`(number: Int) throws {
        var random = SeededRandom(number)
        var pieces: [ArraySlice<UInt8>] = []
        var rest = Self.bytes[...]
        while !rest.isEmpty {
            let length = Int.random(in: 0...min(rest.count, 24), using: &random)
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        #expect(try Self.parse(pieces) == Self.values)
    }

    @Test func `pieces that are not taken at once are kept`() throws {
        var parser = RESPParser()
        for byte in Self.bytes { parser.feed(ByteBuffer(bytes: [byte])) }
        var values: [RESPValue] = []
        while let value = try parser.next() { values.append(value) }
        #expect(values == Self.values)
    }

    @Test func `a string keeps its bytes while later pieces arrive`() throws {
        var parser = RESPParser()
        parser.feed(ByteBuffer(string: "$3\r\nabc\r\n$6\r\nde"))
        let first = try parser.next()
        parser.feed(ByteBuffer(string: "fghi\r\n"))
        #expect(try parser.next()?.string == "defghi")
        #expect(first?.string == "abc")
    }

    @Test func `numbers reach to the ends of 64 bits`() throws {
        let text = ":9223372036854775807\r\n:-9223372036854775808\r\n"
        #expect(try Self.parse([Array(text.utf8)]) == [.integer(.max), .integer(.min)])
    }

    @Test(arguments: [
        ("hello\r\n", "expected '+', '-', ':', '$' or '*', found 'hello'"),
        ("\r\n", "expected '+', '-', ':', '$' or '*', found ''"),
        (":12a\r\n", "expected an integer, found '12a'"),
        (":\r\n", "expected an integer, found ''"),
        (":-\r\n", "expected an integer, found '-'"),
        (":9223372036854775808\r\n", "expected an integer, found '9223372036854775808'"),
        (":-9223372036854775809\r\n", "expected an integer, found '-9223372036854775809'"),
        (":99999999999999999999999\r\n", "expected an integer, found '99999999999999999999999'"),
        ("$-2\r\n", "expected a length, found '-2'"),
        ("*-2\r\n", "expected a length, found '-2'"),
        ("$x\r\n", "expected an integer, found 'x'"),
        ("$2\r\nabcd\r\n", "a string of 2 bytes is not followed by a line end, found 'cd'"),
        ("+OK\n", "a line ends without a carriage return, found '+OK\\x0a'"),
        ("\n", "a line ends without a carriage return, found '\\x0a'"),
        ("\u{1B}[2J\r\n", "expected '+', '-', ':', '$' or '*', found '\\x1b[2J'"),
        (">2\r\n", "expected '+', '-', ':', '$' or '*', found '>2'"),
    ])
    func `bytes that are no reply are shown, escaped`(bytes: String, message: String) {
        for pieces in [[Array(bytes.utf8)], bytes.utf8.map { [$0] }] {
            let error = #expect(throws: RESPParseError.self) { try Self.parse(pieces) }
            #expect(error?.description == message)
        }
    }

    @Test func `a long line of rubbish is cut in the message`() {
        let error = #expect(throws: RESPParseError.self) {
            try Self.parse([Array(repeating: UInt8(ascii: "x"), count: 100) + Array("\r\n".utf8)])
        }
        #expect(error?.bytes == String(repeating: "x", count: 64) + "…")
    }

    @Test func `limits hold, and what is just within them passes`() throws {
        var limits = RESPParser.Limits()
        limits.depth = 2
        limits.bulkLength = 4
        limits.arrayLength = 3
        limits.lineLength = 8
        let good = "*1\r\n*1\r\n+a\r\n$4\r\nabcd\r\n*3\r\n:1\r\n:2\r\n:3\r\n+1234567\r\n"
        #expect(try Self.parse([Array(good.utf8)], limits: limits).count == 4)
        #expect(try Self.parse(good.utf8.map { [$0] }, limits: limits).count == 4)
        for (bad, reason) in [
            ("*1\r\n*1\r\n*1\r\n", "lists are nested deeper than 2"), ("$5\r\n", "more than 4 bytes in a string"),
            ("*4\r\n", "more than 3 elements in a list"), ("+12345678\r\n", "a line is longer than 8 bytes"),
            ("+123456789", "a line is longer than 8 bytes"),
        ] {
            for pieces in [[Array(bad.utf8)], bad.utf8.map { [$0] }] {
                let error = #expect(throws: RESPParseError.self) { try Self.parse(pieces, limits: limits) }
                #expect(error?.reason == reason)
            }
        }
    }

    @Test func `what one reply takes has a limit, lists and all that they hold included`() throws {
        var limits = RESPParser.Limits()
        limits.replySize = 1 << 20
        let wide = "*100000\r\n" + String(repeating: ":1\r\n", count: 100_000)
        let nested = "*100000\r\n" + String(repeating: "*1\r\n*0\r\n", count: 100_000)
        let strings =
            "*200\r\n" + String(repeating: "$10000\r\n\(String(repeating: "a", count: 10_000))\r\n", count: 200)
        let announced = "*2\r\n:1\r\n$1048576\r\n"
        for bad in [wide, nested, strings, announced] {
            let error = #expect(throws: RESPParseError.self) { try Self.parse([Array(bad.utf8)], limits: limits) }
            #expect(error?.code == .tooLarge)
            #expect(error?.reason == "one reply takes more than 1048576 bytes")
        }
        // The limit applies to each reply by itself.
        let good = String(repeating: "*1000\r\n" + String(repeating: ":1\r\n", count: 1_000), count: 100)
        #expect(try Self.parse([Array(good.utf8)], limits: limits).count == 100)
    }

    @Test func `a value says what it takes`() throws {
        var parser = RESPParser()
        parser.feed(ByteBuffer(string: "$5\r\nhello\r\n*2\r\n:1\r\n$3\r\nabc\r\n:1\r\n"))
        _ = try parser.next()
        #expect(parser.lastSize == 5)
        _ = try parser.next()
        #expect(parser.lastSize == 64 + 3 + 4 * MemoryLayout<RESPValue>.stride)
        _ = try parser.next()
        #expect(parser.lastSize == 0)
    }

    @Test func `a very long error keeps its code, its beginning and its length`() {
        let error = RESPError(message: "ERR " + String(repeating: "x", count: 60_000))
        #expect(error.code == "ERR")
        #expect(error.message.hasSuffix("xxx… (60004 bytes in all)"))
        #expect(error.message.unicodeScalars.count < 600)
        let marks = RESPError(message: "ERR e" + String(repeating: "\u{301}", count: 1_000_000))
        #expect(marks.message.utf8.count < 2_000)
        #expect(String(repeating: "\u{301}", count: 1_000_000).printable(limit: 80).unicodeScalars.count == 81)
    }

    @Test func `announced lengths make no room before the bytes are there`() throws {
        #expect(try Self.parse([Array("$536870912\r\nabc".utf8)]) == [])
        #expect(try Self.parse([Array(String(repeating: "*16777216\r\n", count: 32).utf8)]) == [])
    }

    @Test func `a large list in small pieces`() throws {
        let count = 20_000
        let bytes = Array(("*\(count)\r\n" + String(repeating: "$4\r\nabcd\r\n", count: count)).utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 7).map { bytes[$0..<min($0 + 7, bytes.count)] }
        let values = try Self.parse(pieces)
        #expect(values.first?.array?.count == count)
        #expect(values.first?.array?.last?.string == "abcd")
    }

    @Test func `a large string in small pieces`() throws {
        let content = [UInt8](repeating: 0x61, count: 1 << 20)
        let bytes = Array("$\(content.count)\r\n".utf8) + content + Array("\r\n".utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 997).map { bytes[$0..<min($0 + 997, bytes.count)] }
        #expect(try Self.parse(pieces) == [.bulkString(ByteBuffer(bytes: content))])
    }
}
