import Execution
import RESP
import RedisTopology

/// The clients that are still connected to the source after the cutover. They do not ask the Sentinels, and now read
/// old data or get errors.
struct StayedClients: Sendable {
    let source: Server
    let clients: [ClientList.Client]

    /// Reads the clients from the source. If it does not answer, it has none.
    static func read(_ source: Server) async -> StayedClients {
        let clients = (try? await source.clients()) ?? []
        return StayedClients(source: source, clients: clients.filter(\.isApplication))
    }

    func result(_ summary: String, facts: [String: StateValue]) -> StepResult {
        guard !clients.isEmpty else { return StepResult(summary, facts: facts) }
        var facts = facts
        facts["clientsOnSource"] = .array(clients.map { .string("\($0.address) \($0.title)") })
        let shown = clients.prefix(5).map { "\($0.address) \($0.title)" }.joined(separator: ", ")
        let more = clients.count > 5 ? " and \(clients.count - 5) more" : ""
        return StepResult(
            "\(summary); \(clients.count.counted("client is", "clients are")) still connected to \(source.endpoint)",
            verdict: .warned,
            help: ["they do not ask the Sentinels, or have not yet: \(shown)\(more); restart those that stay"],
            facts: facts)
    }
}
