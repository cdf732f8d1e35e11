import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Finds out whether two addresses lead to one process, by connecting to both.
///
/// Redis and Valkey draw a new run id at each start, so equal run ids mean one process. Dragonfly has no run id. There
/// planrun gives its connection to one address a random name, and looks for that name in the `CLIENT LIST` of the
/// other.
struct IdentityProof: Sendable {
    private let admission: Admission

    /// - Parameter access: the credentials to try at each address, in this order.
    init(connector: any SessionConnector, access: [ConnectionSettings]) {
        let hurried = access.map { settings in
            var settings = settings
            (settings.connectTimeout, settings.replyTimeout) = (Self.timeout, Self.timeout)
            return settings
        }
        admission = Admission(connector: connector, access: hurried)
    }

    /// The rights that the proof needs at the source, at the target, and at every address that might be one of them.
    static func rights(_ plan: Plan) -> Rights {
        let hasNoRunID = [plan.source.engine, plan.target.engine].contains(.dragonfly)
        return Rights(
            at: [.source, .target, .replica],
            Server.rights + (hasNoRunID ? [.clientSetName, .clientList, .clientGetName] : []))
    }

    private static let timeout = Duration.seconds(2)

    /// What it takes, for a person whose servers did not let planrun prove it.
    static let help =
        "planrun connects to both addresses and compares run ids, or, where there are none, looks in CLIENT LIST for a connection that it has named: both must be possible from here, with the credentials of the plan"

    func compare(_ left: Endpoint, _ right: Endpoint) async -> Sameness {
        var guests: [Server] = []
        let answer: Sameness
        do throws(StepFailure) {
            let (first, firstInfo) = try await admission.enter(right)
            guests.append(first)
            let (second, secondInfo) = try await admission.enter(left)
            guests.append(second)
            answer = try await compare((first, firstInfo.runID), (second, secondInfo.runID))
        } catch {
            answer = .unknown(error.what)
        }
        for guest in guests { await guest.session.close() }
        return answer
    }

    private func compare(
        _ first: (server: Server, runID: String?), _ second: (server: Server, runID: String?)
    ) async throws(StepFailure) -> Sameness {
        if first.runID == nil, second.runID == nil { return try await compareByName(first.server, second.server) }
        if first.runID == second.runID { return .same }
        // If the first server was restarted between the two questions, its run id says nothing.
        guard try await first.server.serverInfo().runID == first.runID else {
            return .unknown("\(first.server.endpoint) was restarted while it was asked which server it is")
        }
        return .different
    }

    private func compareByName(_ first: Server, _ second: Server) async throws(StepFailure) -> Sameness {
        let word =
            String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
        let name = "proof-\(word)"
        try await first.ask(["CLIENT", "SETNAME", name])
        let clients = try await second.read(["CLIENT", "LIST"]) { try ClientList($0).clients }
        if clients.contains(where: { $0.name == name }) { return .same }
        // A connection that broke and was made again has lost its name, so its absence from the list proves nothing.
        guard try await first.ask(["CLIENT", "GETNAME"]).string == name else {
            return .unknown("the connection to \(first.endpoint) was lost while it was asked which server it is")
        }
        return .different
    }
}
