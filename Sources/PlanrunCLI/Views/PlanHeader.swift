import Diagnostics
import Escaping
import PlanModel
import Values

/// What a reader has to know before anything runs: between which servers the plan moves, and what can be taken back.
struct PlanHeader {
    let plan: Plan

    var text: String { lines.joined(separator: "\n") }

    var lines: [String] {
        var lines = ["plan '\(VisibleText.escape(plan.name))' (\(VisibleText.escape(plan.file.path)))"]
        if let description = plan.description { lines.append("  \(VisibleText.escapeLines(description))") }
        lines.append(
            "  from \(plan.source.endpoint) (\(plan.source.engine.rawValue)) to \(plan.target.endpoint) (\(plan.target.engine.rawValue))"
        )
        if let sentinel = plan.sentinel {
            lines.append(
                "  Sentinels: \(sentinel.endpoints.map(\.description).joined(separator: ", ")), primary '\(sentinel.primary)'"
            )
        }
        lines.append("  \(wayBack)")
        if !plan.receivers.isEmpty { lines.append("  told: \(VisibleText.escape(told))") }
        return lines
    }

    /// Who is told of what: `'ops' by webhook of failed, finished; …`.
    var told: String { plan.receivers.map(\.summary).joined(separator: "; ") }

    /// Says what can be taken back before and after the point of no return.
    var wayBack: String {
        let before =
            switch plan.rollback.onFailure {
            case .automatic: "a failure before it is rolled back automatically"
            case .ask: "after a failure before it you are asked whether to roll back"
            case .never: "after a failure before it nothing is rolled back by itself"
            }
        guard let cutover else { return "no point of no return: this plan has no failover" }
        return "point of no return: '\(cutover.id)'; \(before), after it \(afterCutover)"
    }

    /// Says what can be taken back after the cutover; `nil` for a plan without one.
    var wayBackAfterCutover: String? { cutover.map { "after '\($0.id)' \(afterCutover)" } }

    private var cutover: Step? { plan.firstStep(of: .failover) }

    private var afterCutover: String {
        let end = plan.firstStep(of: .decommission)
        let until = end.map { "; that ends with '\($0.id)'" } ?? ""
        return switch plan.certainWayBack {
        case .keep: "'rollback' goes back and loses no write" + until
        case .discardWrites: "'rollback' goes back and loses the writes that the source does not have" + until
        case .stop: "there is no way back" + unasked
        case nil:
            "'rollback' goes back and loses no write where the source can follow the target, else there is no way back"
                + until
        }
    }

    /// Why there is no way back, where the plan does not say so itself.
    private var unasked: String {
        guard plan.rollback.afterCutover == nil, let obstacle = plan.obstacleToFollow else { return "" }
        return ": \(obstacle)"
    }
}
