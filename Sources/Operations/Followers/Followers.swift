import Execution
import PlanModel
import RedisTopology
import Values

/// Whether a server could be a replica of another one.
enum Followers {
    /// - Returns: why the follower could not follow, as a phrase; `nil` if no reason is known.
    static func obstacle(_ follower: ServerInfo, to primary: ServerInfo) -> String? {
        VersionPair(source: primary, target: follower).obstacle
    }

    /// The same, judged with the settings that the servers have.
    /// - Throws: `StepFailure` if a server does not answer.
    static func obstacle(_ follower: Server, to primary: Server) async throws(StepFailure) -> String? {
        let pair = VersionPair(source: try await primary.serverInfo(), target: try await follower.serverInfo())
        return try await pair.asConfigured(primary, follower).obstacle
    }

    /// Why a server of this engine cannot follow a Dragonfly.
    static func noPSYNC(_ follower: Engine) -> String {
        "a \(follower.rawValue) never gets in sync with a dragonfly (no PSYNC), and keeps trying"
    }
}

extension VersionPair {
    /// Why the target could not be a replica of the source.
    fileprivate var obstacle: String? {
        if source.engine.rulesOut(replica: target.engine) {
            return Followers.noPSYNC(target.engine)
        }
        return problems.first { $0.isCertain }?.sentence
    }

    /// The same pair with the settings that decide which format is written, and which are read. Only those of a Valkey do.
    func asConfigured(_ source: Server, _ target: Server) async throws(StepFailure) -> VersionPair {
        var pair = self
        if pair.source.engine == .valkey {
            pair.settings.isDiskless = try await source.setting("repl-diskless-sync") != "no"
        }
        if pair.target.engine == .valkey {
            pair.settings.takesForeignFormats = try await target.setting("rdb-version-check") == "relaxed"
        }
        return pair
    }
}
