import NIOCore
import RESP
import Testing

@testable import Comparison

/// What is made of the answers of two servers, without servers.
struct FirstLookTests {
    /// The answers of one server, to `TIME` and to what was asked about keys.
    private func answers(_ replies: [RESPValue], time: Int64 = 1_000) throws -> ServerReader.Answers {
        var (frames, bytes) = (ReplyFrames(count: replies.count), ByteBuffer())
        for reply in replies { bytes.writeImmutableBuffer(reply.encoded()) }
        #expect(try frames.read(&bytes))
        return ServerReader.Answers(frames: frames, begin: 0, time: time)
    }

    private func text(_ text: String) -> RESPValue { .bulkString(ByteBuffer(string: text)) }
    private func texts(_ all: String...) -> RESPValue { .array(all.map(text)) }

    private func look(
        _ type: KeyType, _ mine: (Int64, RESPValue), _ theirs: (Int64, RESPValue), fieldsExpire: Bool = false
    ) throws -> FirstLook.Verdict? {
        let look = FirstLook(
            keys: [ByteBuffer(string: "k")], types: [type], tolerance: 1_000, fieldsExpire: fieldsExpire)
        return try look.sights(
            source: answers([.integer(mine.0), mine.1]), target: answers([.integer(theirs.0), theirs.1])
        ).first?.verdict
    }

    @Test func `keys are counted by type and size`() {
        var report = ComparisonReport()
        let sizes: [Int64?] = [64, 65, 4_095, 4_096, nil, -1]
        report.count(Array(repeating: .hash, count: 5) + [.other("graph")], sizes.map { SizeClass(bytes: $0) })
        #expect(report.types == ["hash": 5, "graph": 1])
        #expect(report.sizes["hash"] == [.tiny: 1, .small: 1, .medium: 1, .large: 1, .unknown: 1])
        #expect(report.sizes["graph"] == [.unknown: 1])
        #expect(report.unread == 1)
    }

    @Test func `a short string is done with, and a long one is read on`() throws {
        #expect(try look(.string, (-1, text("a")), (-1, text("a"))) == .same)
        #expect(try look(.string, (-1, text("a")), (-1, text("b"))) == .suspect)
        let long = text(String(repeating: "a", count: 4_096))
        #expect(try look(.string, (-1, long), (-1, long)) == .long)
    }

    @Test func `expiry may be a second apart`() throws {
        #expect(try look(.string, (9_000, text("a")), (8_000, text("a"))) == .same)
        #expect(try look(.string, (9_000, text("a")), (7_999, text("a"))) == .suspect)
        #expect(try look(.string, (9_000, text("a")), (-1, text("a"))) == .suspect)
        #expect(try look(.string, (-2, .null), (-2, .null)) == .suspect)
    }

    @Test func `of other values the memory decides how they are read`() throws {
        #expect(try look(.hash, (-1, .integer(100)), (-1, .integer(4_096))) == .short)
        #expect(try look(.hash, (-1, .integer(100)), (-1, .integer(4_097))) == .long)
        #expect(try look(.hash, (-1, .integer(100)), (-1, .integer(100)), fieldsExpire: true) == .long)
        #expect(try look(.set, (-1, .integer(100)), (-1, .null)) == .suspect)
        let refusal = RESPValue.error(RESPError(message: "NOPERM no"))
        #expect(try look(.set, (-1, .integer(100)), (-1, refusal)) == .long)
    }

    @Test func `different dumps are looked at again, and dumps that are always different are given up`() throws {
        var odds = DumpOdds()
        let items = (0..<16).map { _ in (key: ByteBuffer(string: "k"), type: KeyType.set) }
        let values = ShortValues(items, odds: odds)
        var batch = CommandBatch()
        values.append(to: &batch)
        #expect(String(buffer: batch.bytes).contains("DUMP"))
        let (mine, theirs) = try (
            answers(items.map { _ in text("one") }), answers(items.map { _ in text("two") })
        )
        #expect(values.verdicts(source: mine, target: theirs, &odds).allSatisfy { $0 == .unclear })
        let later = ShortValues(items, odds: odds)
        var question = CommandBatch()
        later.append(to: &question)
        #expect(!String(buffer: question.bytes).contains("DUMP"))
        #expect(odds.areGood(for: .hash))
    }

    @Test func `content is compared in whatever order and spelling it comes`() throws {
        var odds = DumpOdds()
        func verdict(_ type: KeyType, _ mine: RESPValue, _ theirs: RESPValue) throws -> ShortValues.Verdict? {
            let values = ShortValues([(ByteBuffer(string: "k"), type)], odds: nil)
            return try values.verdicts(source: answers([mine]), target: answers([theirs]), &odds).first
        }
        #expect(try verdict(.set, texts("a", "b"), texts("b", "a")) == .same)
        #expect(try verdict(.list, texts("a", "b"), texts("b", "a")) == .suspect)
        #expect(try verdict(.sortedSet, texts("a", "1e3"), texts("a", "1000")) == .same)
        #expect(try verdict(.hash, texts("a", "1"), .error(RESPError(message: "WRONGTYPE no"))) == .suspect)
        let long = texts(String(repeating: "a", count: 20_000))
        #expect(try verdict(.set, texts("a"), long) == .long)
    }

    @Test func `the databases in which fields expire are those in which both servers know of such fields`() {
        let redis = FieldExpiry(
            "# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0,subexpiry=1\r\ndb3:keys=1,expires=0,subexpiry=0\r\n")
        let valkey = FieldExpiry("db0:keys=2,keys_with_volatile_items=0\r\ndb3:keys=1,keys_with_volatile_items=0\r\n")
        let old = FieldExpiry("db0:keys=2,expires=0,avg_ttl=0\r\n")
        #expect(FieldExpiry.databases(redis, valkey) == [0])
        #expect(FieldExpiry.databases(valkey, valkey) == [])
        #expect(FieldExpiry.databases(redis, old) == [])
    }
}
