import Execution
import RESP
import RedisTopology

/// A server that the plan does not name, with the proof that it is none of those that the plan names. Without this
/// proof planrun changes nothing there.
struct Stranger: Sendable {
    private let server: Server
    private let servers: Servers
    private let parties: [Server]

    /// - Parameters:
    ///   - server: the server, with the session on which it shall be changed.
    ///   - parties: the servers that it must not be.
    init(_ server: Server, servers: Servers, parties: [Server]) {
        self.server = server
        self.servers = servers
        self.parties = parties
    }

    /// Proves that the server is none of the parties.
    /// - Parameter runID: the run id of the process that was there at an earlier proof. The same process needs no new
    ///   proof, which may be impossible by now because one of the parties does not answer any more.
    /// - Throws: `StepFailure` where the server is one of the parties, or might be.
    func prove(wasSeenAs runID: String?) async throws(StepFailure) {
        let own = try await server.serverInfo().runID
        if let own, own == runID { return }
        for party in parties {
            switch await servers.sameness(of: server.endpoint, as: party) {
            case .different: continue
            case .same: throw isParty(party)
            case .unknown(let reason): throw mayBeParty(party, reason)
            }
        }
    }

    private func isParty(_ party: Server) -> StepFailure {
        StepFailure(
            code: .serverUnidentified,
            what: "\(server.endpoint) is the \(party.name) under another address, and was taken for another replica",
            place: [server.name, party.name], world: ["nothing was done to it"],
            help: ["name the \(party.part.rawValue) in the plan as the other servers know it: \(server.endpoint)"])
    }

    private func mayBeParty(_ party: Server, _ reason: String) -> StepFailure {
        StepFailure(
            code: .serverUnidentified,
            what: "it cannot be told whether the replica \(server.endpoint) is the \(party.name): \(reason)",
            place: [server.name, party.name], world: ["nothing was done to it"],
            help: [
                "planrun connects to both addresses and compares run ids, or, where there are none, looks in CLIENT LIST for a connection that it has named: both must be possible from here, with the credentials of the plan"
            ], isTransient: true)
    }
}
