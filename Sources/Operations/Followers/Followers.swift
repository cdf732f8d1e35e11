import PlanModel
import RedisTopology

/// Whether a server could be a replica of another one.
enum Followers {
    /// - Returns: why the follower could not, as a phrase; `nil` where nothing is known against it.
    static func obstacle(_ follower: ServerInfo, to primary: ServerInfo) -> String? {
        func known(_ server: ServerInfo) -> Engine? { Engine(rawValue: server.engine.rawValue) }
        if known(primary)?.rulesOut(replica: known(follower)) == true {
            return "a \(follower.engine.rawValue) never gets in sync with a dragonfly (no PSYNC), and tries without end"
        }
        return VersionPair(source: primary, target: follower).problems.first { $0.isCertain }?.sentence
    }
}
