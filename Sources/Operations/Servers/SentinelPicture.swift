import Execution
import PlanModel
import RESP
import RedisTopology

/// All that one Sentinel knows of the plan's primary, of its replicas and of the other Sentinels.
struct SentinelPicture: Sendable {
    let sentinel: Sentinel
    /// The Sentinel's run id, with which it signs its hellos; `nil` before Redis 6.2.
    let id: String?
    let primary: SentinelPrimary
    let replicas: [SentinelReplica]
    let peers: [SentinelPeer]

    /// Whether a link of this Sentinel is disconnected, but the Sentinel does not consider the other side down yet.
    fileprivate var isConnecting: Bool {
        (replicas.map(\.flags) + peers.map(\.flags)).contains { $0.isDisconnected && !$0.isSubjectivelyDown }
    }
}

extension Servers {
    /// Asks all Sentinels at once, each in one round trip. A Sentinel that does not monitor the primary is left out,
    /// because the check `sentinels-agree` reports it.
    func sentinelPictures() async throws -> [SentinelPicture] {
        let name = primaryName
        return try await sentinels.atOnce { try await $0.picture(of: name) }.compactMap(\.self)
    }

    /// Asks all Sentinels until none is still connecting, but for no more than two seconds. A Sentinel that has just
    /// started, or has just heard of a server, shows that server as disconnected. It tries to connect once a second, so
    /// after two seconds the server is really out of its reach.
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
