import Execution
import PlanModel
import RESP
import RedisTopology

/// How the roles are exchanged, and why. The plan's wish is followed if the Sentinels allow it.
struct MethodChoice: Sendable {
    let method: CutoverMethod
    /// The reason that `plan` and the result show: `all 3 Sentinels know each other and are told directly`.
    let reason: String?
    var announcement: PrimaryAnnouncement?

    /// - Parameter wanted: what the plan asks for. If the Sentinels cannot be told directly, `announce` and `fastest`
    ///   become `via: sentinel`, which is always possible.
    static func make(
        _ wanted: FailoverStep.Method, _ sentinels: Sentinels?, from: Server, to: Server
    ) async -> MethodChoice {
        guard let sentinels else { return MethodChoice(method: .promote, reason: nil) }
        switch wanted {
        case .sentinel: return MethodChoice(method: .sentinel, reason: nil)
        case .promote: return MethodChoice(method: .promote, reason: nil)
        case .shutdown: return MethodChoice(method: .shutdown, reason: nil)
        case .announce, .fastest: return await announce(sentinels, from, to)
        }
    }

    private static func announce(_ sentinels: Sentinels, _ from: Server, _ to: Server) async -> MethodChoice {
        if let obstacle = await PrimaryAnnouncement.obstacle(sentinels, from: from) {
            return MethodChoice(method: .sentinel, reason: "'announce' is not possible: \(obstacle)")
        }
        return MethodChoice(
            method: .announce, reason: "all \(sentinels.all.count) Sentinels know each other and are told directly",
            announcement: await PrimaryAnnouncement.write(sentinels, primary: to))
    }
}
