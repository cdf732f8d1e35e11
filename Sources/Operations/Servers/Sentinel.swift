package import Execution
import PlanModel
package import RESP
package import RedisTopology
package import Values

/// One Sentinel of a plan.
package struct Sentinel: Instance {
    package let settings: ConnectionSettings
    package let session: any CommandSession

    package var place: Rights.Place { .sentinel }

    package func speaking(_ settings: ConnectionSettings, on session: any CommandSession) -> Sentinel {
        Sentinel(settings: settings, session: session)
    }
}

/// The questions to a Sentinel.
extension Sentinel {
    /// The rights for every conversation with a Sentinel, and for reading its `SentinelPicture`.
    static func rights(_ plan: Plan) -> [Right] {
        let name = plan.sentinel?.primary ?? ""
        return rights + [
            .sentinel("GET-MASTER-ADDR-BY-NAME", name), .sentinel("MASTER", name), .sentinel("REPLICAS", name),
            .sentinel("SENTINELS", name), .sentinel("MYID"),
        ]
    }

    /// The address that this Sentinel gives clients for the primary; `nil` if it monitors no primary of that name.
    package func primaryAddress(
        _ name: String, timeout: Duration? = nil
    ) async throws(StepFailure) -> Endpoint? {
        try await read(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name], timeout: timeout) {
            try SentinelAddressReply($0).primary
        }
    }

    /// What this Sentinel knows of the primary; `nil` if it monitors no primary of that name.
    package func sentinelPrimary(
        _ name: String, timeout: Duration? = nil
    ) async throws(StepFailure) -> SentinelPrimary? {
        let command: Command = ["SENTINEL", "MASTER", name]
        let reply = try await replies(to: [command], timeout: timeout)[0]
        // "ERR No such master with that name": every other error of this command has its own code word.
        if case .error(let error) = reply, error.code == "ERR" { return nil }
        return try value(of: reply, to: command) { try SentinelPrimary($0) }
    }

    package func sentinelReplicas(_ name: String) async throws(StepFailure) -> [SentinelReplica] {
        try await read(["SENTINEL", "REPLICAS", name]) { try SentinelReplica.list($0) }
    }

    /// Whether this Sentinel is in TILT: it distrusts its clock, and does nothing but watch for 30 s.
    package func isInTilt() async throws(StepFailure) -> Bool {
        try await info("sentinel")["sentinel"]["sentinel_tilt"] == "1"
    }

    func picture(of name: String) async throws(StepFailure) -> SentinelPicture? {
        let commands: [Command] = [
            ["SENTINEL", "MASTER", name], ["SENTINEL", "REPLICAS", name], ["SENTINEL", "SENTINELS", name],
            ["SENTINEL", "MYID"],
        ]
        let replies = try await replies(to: commands)
        // "ERR No such master with that name": every other error of this command has its own code word.
        if case .error(let error) = replies[0], error.code == "ERR" { return nil }
        return SentinelPicture(
            sentinel: self, id: replies[3].string,
            primary: try value(of: replies[0], to: commands[0]) { try SentinelPrimary($0) },
            replicas: try value(of: replies[1], to: commands[1]) { try SentinelReplica.list($0) },
            peers: try value(of: replies[2], to: commands[2]) { try SentinelPeer.list($0) })
    }

    static let hostNameRights = Rights(at: [.sentinel], [.sentinel("CONFIG", "GET", "resolve-hostnames")])

    /// Whether this Sentinel accepts host names as addresses. Sentinels before 6.2 cannot.
    func resolvesHostNames() async throws(StepFailure) -> Bool {
        let command: Command = ["SENTINEL", "CONFIG", "GET", "resolve-hostnames"]
        let reply = try await replies(to: [command])[0]
        if case .error(let error) = reply, error.code == "NOPERM" { throw refusal(of: command, error) }
        return reply.array?.dropFirst().first?.string == "yes"
    }
}

/// The commands to a Sentinel.
extension Sentinel {
    /// Asks for a failover with `SENTINEL FAILOVER`. The Sentinel needs no quorum for it, answers at once, and then
    /// carries the failover out by itself.
    ///
    /// If no reply comes, planrun assumes a yes: the Sentinel may have begun, and then there is no way back. `INPROG`
    /// counts as a yes too: whoever asked for that failover, the target is the only replica that the Sentinel may
    /// promote.
    func failOver(_ primaryName: String, timeout: Duration) async throws(StepFailure) {
        let command: Command = ["SENTINEL", "FAILOVER", primaryName]
        guard case .error(let error)? = try await possibleReplies([command], timeout: timeout)?[0] else { return }
        switch error.code {
        case "INPROG": return
        case "NOGOODSLAVE", "NOGOODREPLICA":
            throw StepFailure(
                code: .noGoodReplica, what: "\(name) finds no replica that it may promote",
                place: [name, error.message.printable],
                help: ["the target must be up, known to the Sentinel, and have a replica-priority above 0"],
                isTransient: true)
        default: throw refusal(of: command, error)
        }
    }
}
