import NIOCore
import RESP

/// The parser of replies, against a scan of every byte of the same buffer.
struct RESPBenchmark: Benchmark {
    static let name = "resp"
    static let summary = "parse replies in pieces of 64 KiB, against a scan of their bytes"

    func measure() async throws -> [Report.Result] {
        let traffic: [(String, String)] = [
            ("integers", ":1048576\r\n"),
            ("strings of 46 bytes", "$46\r\n" + String(repeating: "v", count: 46) + "\r\n"),
            ("strings of 4 KiB", "$4096\r\n" + String(repeating: "v", count: 4096) + "\r\n"),
            ("lists of 10 short strings", "*10\r\n" + String(repeating: "$4\r\nname\r\n", count: 10)),
        ]
        return try traffic.map { what, reply in
            let count = (8 << 20) / reply.utf8.count
            let bytes = ByteBuffer(string: String(repeating: reply, count: count))
            let medians = try Medians(of: 11) {
                try time { try Self.parse(bytes, expecting: count) }
            } floor: {
                try time { try Self.scan(bytes) }
            }
            return Report.Result(
                "\(what), \(count) replies", medians.measured, against: "scan of \(bytes.readableBytes >> 20) MiB",
                medians.floor)
        }
    }

    private static func parse(_ bytes: ByteBuffer, expecting count: Int) throws {
        var (bytes, parser, found) = (bytes, RESPParser(), 0)
        while let piece = bytes.readSlice(length: min(64 << 10, bytes.readableBytes)), piece.readableBytes > 0 {
            parser.feed(piece)
            while try parser.next() != nil { found += 1 }
        }
        guard found == count else { throw Child.Failure(what: "\(found) replies instead of \(count)") }
    }

    /// Counts the line feeds.
    private static func scan(_ bytes: ByteBuffer) throws {
        let lines = bytes.withUnsafeReadableBytes { $0.count { $0 == UInt8(ascii: "\n") } }
        guard lines > 0 else { throw Child.Failure(what: "no lines") }
    }
}
