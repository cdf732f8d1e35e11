import Execution
import NIOCore
import PlanModel
import RESP
import RedisTopology
import Synchronization
import Testing
import Values

@testable import Operations

/// The conversation with a server whose connection is closed in the middle.
struct InstanceTests {
    private static let settings = ConnectionSettings(address: Endpoint(host: "10.0.0.1", port: 6379))

    /// Closes the connection so many times before it answers.
    private final class ClosingSession: CommandSession {
        let address = InstanceTests.settings.address
        private let closings: Atomic<Int>
        private let mayHaveBeenExecuted: Bool
        let sent = Atomic(0)

        init(closings: Int, mayHaveBeenExecuted: Bool = true) {
            self.closings = Atomic(closings)
            self.mayHaveBeenExecuted = mayHaveBeenExecuted
        }

        func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
            sent.add(1, ordering: .relaxed)
            guard closings.subtract(1, ordering: .relaxed).newValue < 0 else {
                throw SessionError(
                    code: .connectionLost, address: address, sentence: "the server closed the connection",
                    mayHaveBeenExecuted: mayHaveBeenExecuted)
            }
            let text = "# Replication\r\nrole:master\r\nmaster_repl_offset:0\r\n"
            return commands.map { _ in .bulkString(ByteBuffer(string: text)) }
        }

        func pipeline<Reader: ReplyReader>(
            _ batch: CommandBatch, into reader: Reader, timeout: Duration?
        ) async throws(SessionError) -> Reader { reader }

        func close() async {}
    }

    private func server(_ session: ClosingSession) -> Server {
        Server(part: .target, settings: Self.settings, session: session)
    }

    @Test func `a question is asked again once where the connection was closed before the answer`() async throws {
        let session = ClosingSession(closings: 1)
        #expect(try await server(session).replication().upstream == nil)
        #expect(session.sent.load(ordering: .relaxed) == 2)
        let closing = ClosingSession(closings: 2)
        await #expect(throws: StepFailure.self) { _ = try await server(closing).info("replication") }
        #expect(closing.sent.load(ordering: .relaxed) == 2)
    }

    @Test func `a command, a question with a time limit and a server that takes no connection are not tried again`()
        async throws
    {
        let ask = ClosingSession(closings: 1)
        await #expect(throws: StepFailure.self) { try await server(ask).ask(["REPLICAOF", "NO", "ONE"]) }
        let limited = ClosingSession(closings: 1)
        await #expect(throws: StepFailure.self) { _ = try await server(limited).replication(timeout: .seconds(1)) }
        let refusing = ClosingSession(closings: 1, mayHaveBeenExecuted: false)
        await #expect(throws: StepFailure.self) { _ = try await server(refusing).info("replication") }
        for session in [ask, limited, refusing] { #expect(session.sent.load(ordering: .relaxed) == 1) }
    }
}
