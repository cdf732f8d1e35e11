import Execution
import PlanModel
import RESP
import RedisTopology

/// Which way the roles are exchanged, and why: what the plan asks for, as far as the Sentinels and the target allow.
struct MethodChoice: Sendable {
    let method: CutoverMethod
    /// For `plan` and for the result: `all 3 Sentinels know each other and can be told directly`.
    let reason: String?
    var announcement: PrimaryAnnouncement?

    /// - Parameter wanted: by the plan. A way that is not possible gives way to `via: sentinel`, which always is.
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
