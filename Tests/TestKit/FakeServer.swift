package import RESP
import Synchronization
package import Values

/// A server in memory, which answers each command with a closure.
///
/// The closure runs on an actor, one command at a time, so it may keep state in captured boxes.
package actor FakeServer {
    package typealias Answer = @Sendable (Command) -> RESPValue

    package nonisolated let address: Endpoint
    /// Every command that the server got, as words, in order.
    package private(set) var received: [[String]] = []
    private var answer: Answer
    private var failure: SessionError.Code?

    package init(_ address: Endpoint, answer: @escaping Answer) {
        self.address = address
        self.answer = answer
    }

    /// Replaces the closure that answers.
    package func answers(_ answer: @escaping Answer) { self.answer = answer }

    /// Makes every pipeline fail with this code from now on; `nil` lets the server answer again.
    package func fails(_ code: SessionError.Code?) { failure = code }

    func carryOut(_ commands: [Command]) throws(SessionError) -> [RESPValue] {
        if let failure {
            throw SessionError(
                code: failure, address: address, sentence: "\(address) is scripted to fail: \(failure.rawValue)",
                mayHaveBeenExecuted: failure == .replyTimeout || failure == .connectionLost)
        }
        received += commands.map(\.words)
        return commands.map(answer)
    }
}

/// A session with a `FakeServer`. As with a real one, commands after `close` fail.
package final class FakeSession: CommandSession {
    private let server: FakeServer
    private let isClosed = Atomic(false)

    package init(_ server: FakeServer) {
        self.server = server
    }

    package var address: Endpoint { server.address }

    package func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        guard !isClosed.load(ordering: .relaxed) else {
            throw SessionError(
                code: .closed, address: address, sentence: "the session with \(address) is closed",
                mayHaveBeenExecuted: false)
        }
        return try await server.carryOut(commands)
    }

    package func close() async { isClosed.store(true, ordering: .relaxed) }
}

extension Command {
    /// The arguments as text; invalid UTF-8 is repaired.
    package var words: [String] { arguments.map { RESPValue.bulkString($0).string ?? "" } }
}
