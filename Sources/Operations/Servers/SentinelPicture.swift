import Execution
import PlanModel
import RESP
import RedisTopology

/// All that one Sentinel knows of the primary of the plan, of its replicas and of the other Sentinels.
struct SentinelPicture: Sendable {
    let sentinel: Server
    /// The run id with which it signs; `nil` before Redis 6.2.
    let id: String?
    let primary: SentinelPrimary
    let replicas: [SentinelReplica]
    let peers: [SentinelPeer]

    /// Whether a link of this Sentinel is down and not yet taken for lost.
    fileprivate var isConnecting: Bool {
        (replicas.map(\.flags) + peers.map(\.flags)).contains { $0.isDisconnected && !$0.isSubjectivelyDown }
    }
}

extension Servers {
    /// Asks all Sentinels at once, each in one round trip. One that does not monitor the name is left out: the check
    /// `sentinels-agree` reports it.
    func sentinelPictures() async throws -> [SentinelPicture] {
        let name = primaryName
        return try await sentinels.atOnce { try await $0.picture(of: name) }.compactMap(\.self)
    }

    /// The same, once no Sentinel is busy connecting. A Sentinel that has just been started, or has just heard of a server,
    /// shows the server as disconnected; it tries to connect once a second, so that two seconds tell.
    func settledPictures() async throws -> [SentinelPicture] {
        let watch = Stopwatch(clock)
        var pictures = try await sentinelPictures()
        while pictures.contains(where: \.isConnecting), watch.elapsed < .seconds(2) {
            try await clock.sleep(for: .milliseconds(200))
            pictures = try await sentinelPictures()
        }
        return pictures
    }
}

extension Server {
    /// What every look at a Sentinel asks.
    static func sentinelRights(_ plan: Plan) -> [Right] {
        let name = plan.sentinel?.primary ?? ""
        return [
            .sentinel("GET-MASTER-ADDR-BY-NAME", name), .sentinel("MASTER", name), .sentinel("REPLICAS", name),
            .sentinel("SENTINELS", name), .sentinel("MYID"),
        ]
    }

    func picture(of name: String) async throws(StepFailure) -> SentinelPicture? {
        let commands: [Command] = [
            ["SENTINEL", "MASTER", name], ["SENTINEL", "REPLICAS", name], ["SENTINEL", "SENTINELS", name],
            ["SENTINEL", "MYID"],
        ]
        let replies = try await replies(to: commands)
        // "ERR No such master with that name": the only error here without a code word of its own.
        if case .error(let error) = replies[0], error.code == "ERR" { return nil }
        return SentinelPicture(
            sentinel: self, id: replies[3].string,
            primary: try value(of: replies[0], to: commands[0]) { try SentinelPrimary($0) },
            replicas: try value(of: replies[1], to: commands[1]) { try SentinelReplica.list($0) },
            peers: try value(of: replies[2], to: commands[2]) { try SentinelPeer.list($0) })
    }
}
