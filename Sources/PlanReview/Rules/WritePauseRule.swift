import Diagnostics
import PlanModel
import Values

struct WritePauseRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "write-pause-near-down-after", .warning,
        "writes may be held back for more than half of down-after-milliseconds",
        reason: """
            While writes are held back, a Sentinel's PING waits behind the pause, too. If the pause lasts for \
            down-after-milliseconds the Sentinels take the source for down and begin a failover of their own, to \
            a replica of their choice.
            """,
        remedy: "shorten 'write-pause', or lengthen the Sentinels' down-after-milliseconds")

    /// What a Sentinel has unless somebody changed it.
    private static let standard = Duration.seconds(30)

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let (failover, settings) = review.failover, review.plan.sentinel != nil else { return [] }
        let monitored = review.steps(.monitor).lazy.compactMap { step -> Duration? in
            if case .monitor(let settings) = step.step.kind { settings.downAfter } else { nil }
        }.first
        let downAfter = monitored ?? standard
        guard settings.writePause * 2 > downAfter else { return [] }
        let whose = monitored == nil ? "the standard down-after-milliseconds" : "'down-after'"
        return [
            RuleFinding(
                "'write-pause' is \(settings.writePause.planText), and \(whose) is \(downAfter.planText)",
                at: failover.place(of: "write-pause"))
        ]
    }
}
