import PlanModel

/// What a step will do, in a sentence, from the plan alone.
struct StepSummary {
    let plan: Plan
    let step: Step
    /// The nodes that the step has in the graph.
    let nodes: [String]

    var text: String {
        let source = "\(plan.source.endpoint)"
        let target = "\(plan.target.endpoint)"
        switch step.kind {
        case .preflight: return "\(questions); changes nothing"
        case .verify: return "\(questions); changes nothing\(writesKey ? " but one test key" : "")"
        case .monitor: return "puts \(source) under \(plan.sentinel?.endpoints.count ?? 0) Sentinels"
        case .backup(let step):
            return "has \(source) save its data"
                + (step.maxAge > .zero ? ", unless it did in the last \(step.maxAge.planText)" : "")
        case .users: return "brings the users that \(source) has and \(target) lacks to \(target)"
        case .replicaof(let step):
            return "makes \(target) a replica of \(source)"
                + (step.replacesData ? ", replacing the data it has" : "; refuses a target that holds keys")
        case .waitForSync(let step):
            return "waits until the lag is \(step.maxLag.planText) at most for \(step.stableFor.planText)"
        case .approval(let step): return "asks: \(step.question)"
        case .failover(let step): return failover(step, source, target)
        }
    }

    private var questions: String { "asks \(nodes.count) \(nodes.count == 1 ? "question" : "questions")" }
    private var writesKey: Bool { nodes.contains { $0.hasSuffix("/target-writable") } }

    private func failover(_ step: FailoverStep, _ source: String, _ target: String) -> String {
        let pause =
            "holds writes to \(source) back (for \(step.writePause.planText) at most while \(target) catches up)"
        switch step.method {
        case .sentinel: return "\(pause), has the Sentinels promote \(target), and \(rest(step, source))"
        case .announce: return "\(pause), promotes \(target), tells every Sentinel, and \(rest(step, source))"
        case .fastest:
            return
                "\(pause), has \(target) promoted in the fastest way that the Sentinels allow, and \(rest(step, source))"
        case .promote: return "\(pause), promotes \(target), and \(rest(step, source))"
        case .shutdown: return "\(pause), shuts \(source) down, and waits until the Sentinels promote \(target)"
        }
    }

    private func rest(_ step: FailoverStep, _ source: String) -> String {
        switch step.resting(towards: plan.target.engine) {
        case .follow: "makes \(source) its replica"
        case .fenced: "leaves \(source) standing alone without taking writes, forgotten by the Sentinels"
        case .shutdown: "shuts \(source) down"
        }
    }

    /// How the step is taken back; `nil` where there is nothing to take back.
    var undo: String? {
        switch step.kind {
        case .preflight, .verify, .backup, .waitForSync, .approval: return nil
        case .monitor: return "SENTINEL REMOVE on each, last first"
        case .users: return "the users that it made are removed from \(plan.target.endpoint)"
        case .replicaof: return "\(plan.target.endpoint) is detached, and emptied if it was empty"
        case .failover:
            switch plan.rollback.afterCutover {
            case .stop, .copyBack: return "only until the promotion: the write pause is lifted"
            case .discardWrites:
                return "\(plan.source.endpoint) is promoted again; writes it does not have are given up"
            }
        }
    }
}
