import NIOCore
import RESP
import Testing

@testable import Comparison

struct ValueReadingTests {
    private let key = ByteBuffer(string: "k")

    /// The words of the next question.
    private func question(_ reading: ValueReading) -> String? {
        reading.question(key).map { $0.arguments.map { String(buffer: $0) }.joined(separator: " ") }
    }

    private func leaves(_ reply: RESPValue) throws -> [ReplyLeaves.Leaf] {
        var (leaves, bytes) = (ReplyLeaves(count: 1), reply.encoded())
        #expect(try leaves.read(&bytes))
        return leaves.replies[0]
    }

    private func list(_ texts: String...) -> RESPValue { .array(texts.map(text)) }
    private func text(_ text: String) -> RESPValue { .bulkString(ByteBuffer(string: text)) }

    /// The value that these answers make.
    private func value(_ type: KeyType, _ answers: RESPValue...) throws -> ValueDigest {
        var reading = ValueReading(type)
        for answer in answers { reading.answer(try leaves(answer)) }
        #expect(question(reading) == nil)
        return reading.value
    }

    @Test func `a long string is read in pieces`() throws {
        var reading = ValueReading(.string)
        #expect(question(reading) == "GETRANGE k 0 4095")
        reading.answer(try leaves(text(String(repeating: "a", count: 4_096))))
        #expect(question(reading) == "GETRANGE k 4096 266239")
        reading.answer(try leaves(text("b")))
        #expect(question(reading) == nil)
        #expect(reading.value.size == 4_097)
    }

    @Test func `big elements come in small pieces, and small ones in larger`() throws {
        var reading = ValueReading(.list)
        #expect(question(reading) == "LRANGE k 0 15")
        let big = RESPValue.array(Array(repeating: text(String(repeating: "a", count: 64 << 10)), count: 16))
        reading.answer(try leaves(big))
        #expect(question(reading) == "LRANGE k 16 19")
        reading.answer(try leaves(list("a", "b", "c", "d")))
        #expect(question(reading) == "LRANGE k 20 35")
    }

    @Test func `the order of a list matters, and of a set, a hash and a sorted set it does not`() throws {
        #expect(try value(.list, list("a", "b")) != value(.list, list("b", "a")))
        func scan(_ texts: String...) -> RESPValue { .array([text("0"), .array(texts.map(text))]) }
        #expect(try value(.set, scan("a", "b")) == value(.set, scan("b", "a")))
        #expect(try value(.set, scan("a", "b")) != value(.set, scan("a", "c")))
        #expect(try value(.hash, scan("a", "1", "b", "2")) == value(.hash, scan("b", "2", "a", "1")))
        #expect(try value(.hash, scan("a", "1", "b", "2")) != value(.hash, scan("a", "2", "b", "1")))
        #expect(try value(.sortedSet, list("a", "1", "b", "1")) == value(.sortedSet, list("b", "1", "a", "1")))
        #expect(try value(.sortedSet, list("a", "1e3")) == value(.sortedSet, list("a", "1000")))
        #expect(try value(.sortedSet, list("a", "1")) != value(.sortedSet, list("a", "1.5")))
    }

    @Test func `pieces of a hash make what one answer makes`() throws {
        func scan(_ cursor: String, _ texts: String...) -> RESPValue {
            .array([text(cursor), .array(texts.map(text))])
        }
        var reading = ValueReading(.hash)
        #expect(question(reading) == "HSCAN k 0 COUNT 16")
        reading.answer(try leaves(scan("77", "a", "1")))
        #expect(question(reading) == "HSCAN k 77 COUNT 64")
        reading.answer(try leaves(scan("0", "b", "2")))
        #expect(question(reading) == nil)
        #expect(try reading.value == value(.hash, scan("0", "b", "2", "a", "1")))
    }

    @Test func `a hash whose fields expire is read with their times`() throws {
        func hash(expiring time: Int64, value: String = "1") throws -> ValueDigest {
            var reading = ValueReading(.hash, fieldsExpire: true)
            reading.answer(try leaves(.array([text("7"), list("a", value, "b", "2")])))
            #expect(question(reading) == "HPEXPIRETIME k FIELDS 2 a b")
            reading.answer(try leaves(.array([.integer(time), .integer(-1)])))
            #expect(question(reading) == "HSCAN k 7 COUNT 64")
            reading.answer(try leaves(.array([text("0"), list()])))
            #expect(question(reading) == nil)
            return reading.value
        }
        let value = try hash(expiring: 1_700_000_000_000)
        #expect(try hash(expiring: 1_700_000_000_000) == value)
        let other = try hash(expiring: 1_700_000_000_001)
        #expect(other != value && other.hasSameContent(as: value))
        #expect(try !hash(expiring: 1_700_000_000_000, value: "2").hasSameContent(as: value))
    }

    @Test func `a stream is its last id, its entries, its groups and what they have pending`() throws {
        func stream(
            last: String, entry: String = "v", group: String = "1-1", consumer: String = "c"
        ) throws -> ValueDigest {
            var reading = ValueReading(.stream)
            #expect(question(reading) == "XINFO STREAM k")
            reading.answer(try leaves(.array([text("length"), .integer(1), text("last-generated-id"), text(last)])))
            #expect(question(reading) == "XRANGE k - + COUNT 64")
            reading.answer(try leaves(.array([.array([text("1-1"), list("f", entry)])])))
            #expect(question(reading) == "XINFO GROUPS k")
            reading.answer(
                try leaves(
                    .array([
                        .array([
                            text("name"), text("g"), text("consumers"), .integer(1), text("last-delivered-id"),
                            text(group),
                        ])
                    ])))
            #expect(question(reading)?.hasPrefix("XPENDING k g - +") == true)
            reading.answer(try leaves(.array([.array([text("1-1"), text(consumer), .integer(99), .integer(1)])])))
            #expect(question(reading) == nil)
            return reading.value
        }
        let value = try stream(last: "1-1")
        #expect(try stream(last: "1-1") == value)
        #expect(try stream(last: "2-1") != value)
        #expect(try stream(last: "1-1", entry: "w") != value)
        #expect(try stream(last: "1-1", group: "0-0") != value)
        #expect(try stream(last: "1-1", consumer: "d") != value)
    }

    @Test func `an error ends the reading`() throws {
        var reading = ValueReading(.hash)
        reading.answer(try leaves(.error(RESPError(message: "WRONGTYPE Operation against a key"))))
        #expect(reading.refusal?.text == "WRONGTYPE Operation against a key")
        #expect(question(reading) == nil)
    }

    @Test func `the registers of a HyperLogLog are the same in both encodings`() {
        let header = Array("HYLL".utf8)
        // Registers 0 to 2 are zero, 3 and 4 are 5, and the rest is zero.
        let runs: [UInt8] = [0x02, 0x80 | 4 << 2 | 1, 0x40 | 0x3F, 0xFA]
        let sparse = header + [1] + Array(repeating: 0, count: 11) + runs
        var body = [UInt8](repeating: 0, count: 12_288)
        body[2] = 5 << 2
        body[3] = 5
        let dense = header + [0] + Array(repeating: 7, count: 11) + body
        #expect(HyperLogLog.registers(sparse)?.prefix(6) == [0, 0, 0, 5, 5, 0])
        #expect(HyperLogLog.registers(sparse) == HyperLogLog.registers(dense))
        #expect(HyperLogLog.registers(Array(sparse.dropLast())) == nil)
        #expect(HyperLogLog.registers(Array("HYLL".utf8)) == nil)
    }
}
