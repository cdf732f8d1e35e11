import Diagnostics
import PlanModel
import Values

struct ShortTimeoutRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "short-timeout", .warning, "a step has less time than what it waits for takes",
        reason: """
            A step that runs out of time fails although nothing was wrong. The times are those of the servers: a \
            Sentinel says hello every 2 s, reads the list of replicas every 10 s and stays in TILT for 30 s; a \
            Dragonfly answers a REPLICAOF only after 20 s if packets to the source are dropped.
            """,
        remedy: "lengthen 'timeout', or leave it out")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps.compactMap { step in
            guard step.isWritten("timeout"), let timeout = step.step.timeout, let wait = wait(step.step, review.plan),
                timeout < wait.time
            else { return nil }
            return RuleFinding(
                "step '\(step.id)' has \(timeout.planText), and \(wait.what) takes \(wait.time.planText) or more",
                at: step.place(of: "timeout"))
        }
    }

    /// The shortest time that a step of this kind may need without anything being wrong; `nil` if there is none.
    private static func wait(_ step: Step, _ plan: Plan) -> (time: Duration, what: String)? {
        switch step.kind {
        case .waitForSync(let settings):
            (settings.stableFor + .seconds(1), "being in sync for \(settings.stableFor.planText)")
        case .failover(let settings):
            (settings.writePause + .seconds(10), "a write pause and a Sentinel's look at the servers")
        case .monitor: (.seconds(15), "the Sentinels' search for each other and the replicas")
        case .verify(let settings):
            settings.data?.readsValues == true
                ? (.seconds(600), "reading every key") : (.seconds(30), "a Sentinel that has to leave TILT")
        case .replicaof: plan.target.engine == .dragonfly ? (.seconds(20), "a REPLICAOF of a Dragonfly") : nil
        case .approval: (.seconds(60), "asking a person")
        case .watch(let settings):
            (settings.duration + .seconds(10), "watching for \(settings.duration.planText)")
        case .decommission: (.seconds(60), "the Sentinels' search for each other after they forgot a server")
        default: nil
        }
    }
}
