import NIOCore
import RESP
import Testing
import Values

@testable import Rehearsal

@Suite struct LoadWriteTests {
    @Test func `no two writes have the same value, so that each can be found`() {
        let writes = (0..<3).flatMap { writer in (0..<2_000).map { LoadWrite(writer: writer, number: $0) } }
        #expect(Set(writes.map(\.value)).count == writes.count)
    }

    @Test(arguments: [(0, "SET"), (1, "SET"), (2, "RPUSH"), (3, "HSET")])
    func `writes are of several kinds`(number: Int, name: String) {
        #expect(LoadWrite(writer: 1, number: number).command.name == name)
    }

    @Test func `a chunk shares one list and one hash`() {
        let keys = (0..<LoadWrite.chunk).filter { $0 % 4 >= 2 }.map { LoadWrite(writer: 1, number: $0).key }
        #expect(Set(keys) == ["planrun-load:1:list:0", "planrun-load:1:hash:0"])
        #expect(LoadWrite(writer: 1, number: LoadWrite.chunk + 2).key == "planrun-load:1:list:1")
    }

    @Test func `what is not there is missed, and what is there twice is not`() async throws {
        let log = {
            var log = WriteLog(writer: 0)
            log.acknowledged = Array(repeating: .now, count: 5)
            return log
        }()
        let present = [0, 2, 2, 3].map { RESPValue.bulkString(.init(string: LoadWrite(writer: 0, number: $0).value)) }
        let session = CannedSession(answer: .array(present + [.null]))
        let lost = try await LostWrites.find(WriteRecord(logs: [log], stopped: .now), on: session)
        #expect(lost.count == 2)
        #expect(lost.keys == ["planrun-load:0:1", "planrun-load:0:4"])
    }

    @Test func `a primary that cannot be read is an error and not a loss`() async {
        var log = WriteLog(writer: 0)
        log.acknowledged = [.now]
        let record = WriteRecord(logs: [log], stopped: .now)
        let session = CannedSession(answer: .error(RESPError(message: "LOADING wait")))
        await #expect(throws: RESPError.self) { _ = try await LostWrites.find(record, on: session) }
    }
}

/// A session in which every command gets the same answer.
private struct CannedSession: CommandSession {
    let address = Endpoint(host: "127.0.0.1", port: 1)
    let answer: RESPValue

    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        commands.map { _ in answer }
    }

    func close() async {}
}
