import NIOCore
import RESP
import Synchronization
import Values

/// A session that asks a gate first, and tells it what was asked and what came back.
struct MeteredSession: CommandSession {
    private let base: any CommandSession
    private let gate: ServerGate

    init(_ base: any CommandSession, _ gate: ServerGate) {
        self.base = base
        self.gate = gate
    }

    var address: Endpoint { base.address }

    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        await gate.admit()
        let began = gate.now()
        let replies = try await base.pipeline(commands, timeout: timeout)
        gate.spent(commands: commands.count, bytes: replies.reduce(0) { $0 + $1.content }, since: began)
        return replies
    }

    func pipeline<Reader: ReplyReader>(
        _ batch: CommandBatch, into reader: Reader, timeout: Duration?
    ) async throws(SessionError) -> Reader {
        await gate.admit()
        let began = gate.now()
        let counted = try await base.pipeline(batch, into: CountedReplies(reader), timeout: timeout)
        gate.spent(commands: batch.count, bytes: counted.bytes, since: began)
        return counted.reader
    }

    func close() async { await base.close() }
}

private struct CountedReplies<Reader: ReplyReader>: ReplyReader {
    var reader: Reader
    private(set) var bytes = 0

    init(_ reader: Reader) { self.reader = reader }

    mutating func read(_ piece: inout ByteBuffer) throws(RESPParseError) -> Bool {
        let before = piece.readableBytes
        defer { bytes += before - piece.readableBytes }
        return try reader.read(&piece)
    }
}

extension RESPValue {
    /// The bytes that the value holds, without those that the protocol adds.
    fileprivate var content: Int {
        switch self {
        case .bulkString(let bytes): bytes.readableBytes
        case .simpleString(let text): text.utf8.count
        case .error(let error): error.message.utf8.count
        case .array(let values): values.reduce(0) { $0 + $1.content }
        case .integer, .null: 8
        }
    }
}
