import Execution
import RESP
import RedisTopology

/// A server that the plan does not name, such as another replica of the source. planrun changes it only after it has
/// proved that it is not one of the plan's servers under another address.
struct Stranger: Sendable {
    private let server: Server
    private let servers: Servers
    private let parties: [Server]

    /// - Parameters:
    ///   - server: the server, with the session on which it will be changed.
    ///   - parties: the servers that it must not be.
    init(_ server: Server, servers: Servers, parties: [Server]) {
        self.server = server
        self.servers = servers
        self.parties = parties
    }

    /// Proves that the server is none of the parties.
    /// - Parameter runID: the run id that the server had at an earlier proof. If it still has it, no new proof is made:
    ///   one of the parties may be down by now, which would make a proof impossible.
    /// - Throws: `StepFailure` if the server is one of the parties, or might be.
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
            what: "planrun cannot find out whether the replica \(server.endpoint) is the \(party.name): \(reason)",
            place: [server.name, party.name], world: ["nothing was done to it"],
            help: [IdentityProof.help], isTransient: true)
    }
}
