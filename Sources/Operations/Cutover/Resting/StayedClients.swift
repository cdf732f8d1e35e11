import Execution
import RESP
import RedisTopology

/// The clients that are still connected to the former primary after a handover. They do not ask the Sentinels, and now
/// read old data or get errors.
struct StayedClients: Sendable {
    let server: Server
    let clients: [ClientList.Client]

    /// Reads the clients from the former primary. If it does not answer, it has none.
    static func read(_ server: Server) async -> StayedClients {
        let clients = (try? await server.clients()) ?? []
        return StayedClients(server: server, clients: clients.filter(\.isApplication))
    }

    private var count: String {
        "\(clients.count.counted("client is", "clients are")) still connected to \(server.endpoint)"
    }

    /// By address, library and name.
    private var names: String {
        clients.prefix(5).map { "\($0.address) \($0.title)" }.joined(separator: ", ")
            + (clients.count > 5 ? " and \(clients.count - 5) more" : "")
    }

    private static let why = "they do not ask the Sentinels, or have not yet"

    /// How it was after a way back, in one sentence with what was done; `nil` if no client stayed.
    var sentence: String? {
        clients.isEmpty ? nil : "\(count): \(names); \(Self.why): restart those that stay"
    }

    func result(_ summary: String, facts: [String: StateValue]) -> StepResult {
        guard !clients.isEmpty else { return StepResult(summary, facts: facts) }
        var facts = facts
        facts["clientsOnSource"] = .array(clients.map { .string("\($0.address) \($0.title)") })
        return StepResult(
            "\(summary); \(count)", verdict: .warned, help: ["\(Self.why): \(names); restart those that stay"],
            facts: facts)
    }
}
