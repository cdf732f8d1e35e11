import Diagnostics
import Execution
import PlanGraph
import PlanModel

/// A step that failed, as a person reads it: what, where, on which server, the state of the world, what to type next.
struct FailureView {
    let plan: Plan
    let failure: NodeFailure
    /// Sentences about the servers that are printed elsewhere and left out here.
    var shown: [String] = []
    var help: [String] = []
    var next: [NextCommand] = []

    var notice: Notice {
        let cause = failure.failure
        let world = cause.world.filter { !shown.contains($0) }
        let wanted = cause.wanted.map { ["wanted: \($0)"] } ?? []
        let verb = cause.isPause ? "waits:" : "failed:"
        return Notice(
            tone: cause.isPause ? .waiting : .error, code: cause.code,
            what: "'\(failure.node)' \(verb) \(cause.what)",
            details: ["at " + ([place] + cause.place + wanted).joined(separator: " · ")]
                + (world.isEmpty ? [] : [world.joined(separator: "; ")]),
            help: cause.help + help, next: next)
    }

    /// The file, line and column at which the step is written.
    private var place: String {
        guard let step = plan.steps.first(where: { $0.id == failure.node.step }) else { return plan.file.path }
        return "\(plan.file.path):\(step.range.start.line):\(step.range.start.column)"
    }
}
