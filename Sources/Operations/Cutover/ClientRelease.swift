import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Ends the pause on an old primary together with the connections of its clients, subscribers among them.
///
/// A client that waits there asks the Sentinels again instead of reading an error. So does one that has been idle: on its old
/// connection its next write would be answered READONLY, which not every client takes as a reason to ask.
struct ClientRelease: Sendable {
    static let rights: [Right] = [.multi, .clientKill, .clientUnpause, .exec]

    let server: Server
    let engine: Engine

    static let unpausing = ["CLIENT", "UNPAUSE"]
    /// Ends the connections of all clients, and the pause, at one moment.
    static let closingAll = [
        ["MULTI"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["CLIENT", "KILL", "TYPE", "pubsub"],
        unpausing, ["EXEC"],
    ]
    private static let unpause = Command(unpausing)
    private static let transaction = closingAll.map { Command($0) }

    func run() async throws(StepFailure) {
        switch engine {
        case .redis, .valkey: try await closeAll()
        case .dragonfly: try await closeEach()
        }
    }

    private func closeAll() async throws(StepFailure) {
        let replies = try await server.replies(to: Self.transaction, timeout: .seconds(5))
        let done = replies.last?.array ?? []
        for (command, reply) in zip(Self.transaction + Self.transaction.dropFirst(), replies + done) {
            guard case .error(let error) = reply else { continue }
            // Nobody waits any longer because a connection could not be closed.
            _ = try? await server.replies(to: [Self.unpause], timeout: .seconds(5))
            throw server.refusal(of: command, error)
        }
    }

    /// Dragonfly closes connections one by one. Those of Sentinels and of planrun stay.
    private func closeEach() async throws(StepFailure) {
        let clients = try await server.clients().filter(\.isApplication)
        let commands = clients.map { Command(["CLIENT", "KILL", "ID", String($0.id)]) } + [Self.unpause]
        for (command, reply) in zip(commands, try await server.replies(to: commands, timeout: .seconds(5))) {
            if case .error(let error) = reply { throw server.refusal(of: command, error) }
        }
    }
}
