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
    var held: HeldPromotion?

    /// - Parameter wanted: by the plan. A way that is not possible gives way to `via: sentinel`, which always is.
    static func make(
        _ wanted: FailoverStep.Method, _ sentinels: Sentinels?, from: Server, to: Server
    ) async -> MethodChoice {
        guard let sentinels else { return MethodChoice(method: .promote, reason: nil) }
        switch wanted {
        case .sentinel: return MethodChoice(method: .sentinel, reason: nil)
        case .promote: return MethodChoice(method: .promote, reason: nil)
        case .shutdown: return MethodChoice(method: .shutdown, reason: nil)
        case .announce:
            switch await announce(sentinels, from, to) {
            case .success(let choice): return choice
            case .failure(let obstacle): return fallback("announce", obstacle.text)
            }
        case .held:
            switch await hold(sentinels, to) {
            case .success(let choice): return choice
            case .failure(let obstacle): return fallback("held", obstacle.text)
            }
        case .fastest: return await fastest(sentinels, from, to)
        }
    }

    /// Why a way is not possible, as the rest of a sentence.
    struct Obstacle: Error {
        let text: String
    }

    private static func announce(
        _ sentinels: Sentinels, _ from: Server, _ to: Server
    ) async -> Result<MethodChoice, Obstacle> {
        if let obstacle = await PrimaryAnnouncement.obstacle(sentinels, from: from) {
            return .failure(Obstacle(text: obstacle))
        }
        let reason = "all \(sentinels.all.count) Sentinels know each other and are told directly"
        return .success(
            MethodChoice(
                method: .announce, reason: reason, announcement: await PrimaryAnnouncement.write(sentinels, primary: to)
            ))
    }

    private static func hold(_ sentinels: Sentinels, _ to: Server) async -> Result<MethodChoice, Obstacle> {
        switch await HeldPromotion.make(at: to) {
        case .success(let held):
            return .success(
                MethodChoice(
                    method: .held, reason: "the Sentinels' user '\(held.user.printable)' waits for planrun to promote",
                    held: held))
        case .failure(let obstacle): return .failure(obstacle)
        }
    }

    private static func fastest(_ sentinels: Sentinels, _ from: Server, _ to: Server) async -> MethodChoice {
        let announcing: Obstacle
        switch await announce(sentinels, from, to) {
        case .success(let choice): return choice
        case .failure(let obstacle): announcing = obstacle
        }
        switch await hold(sentinels, to) {
        case .success(let choice):
            return MethodChoice(
                method: .held, reason: "\(choice.reason ?? ""); 'announce' is not possible: \(announcing.text)",
                held: choice.held)
        case .failure(let holding):
            return MethodChoice(
                method: .sentinel,
                reason: "'announce' is not possible: \(announcing.text); neither is 'held': \(holding.text)")
        }
    }

    private static func fallback(_ wanted: String, _ obstacle: String) -> MethodChoice {
        MethodChoice(method: .sentinel, reason: "'\(wanted)' is not possible: \(obstacle)")
    }
}
