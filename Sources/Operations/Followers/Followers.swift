import PlanModel
import RedisTopology
import Values

/// Whether a server could be a replica of another one.
enum Followers {
    /// - Returns: why the follower could not follow, as a phrase; `nil` if no reason is known.
    static func obstacle(_ follower: ServerInfo, to primary: ServerInfo) -> String? {
        if primary.engine.rulesOut(replica: follower.engine) {
            return noPSYNC(follower.engine)
        }
        return VersionPair(source: primary, target: follower).problems.first { $0.isCertain }?.sentence
    }

    /// Why a server of this engine cannot follow a Dragonfly.
    static func noPSYNC(_ follower: Engine) -> String {
        "a \(follower.rawValue) never gets in sync with a dragonfly (no PSYNC), and keeps trying"
    }
}
