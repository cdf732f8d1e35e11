import Diagnostics
import Execution
import PlanModel

/// A step that failed, as a person reads it: what, where, on which server, the state of the world, what to type next.
struct FailureView {
    let plan: Plan
    let failure: NodeFailure
    let help: [String]

    func text(isColored: Bool) -> String {
        let cause = failure.failure
        let word = cause.isPause ? "waiting" : "error"
        let style = Style(isColored: isColored)
        let title = style.strong(cause.isPause ? .yellow : .red, "\(word)[\(cause.code)]:")
        let verb = cause.isPause ? "waits:" : "failed:"
        var lines = ["\(title) '\(failure.node)' \(verb) \(cause.what)"]
        lines.append("  at " + ([place] + cause.place).joined(separator: " · "))
        lines += cause.world.map { "  \($0)" }
        lines += (cause.help + help).map { "   = help: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// Where the step is written.
    private var place: String {
        let id = failure.node.split(separator: "/").first.map(String.init) ?? failure.node
        guard let step = plan.steps.first(where: { $0.id == id }) else { return plan.file.path }
        return "\(plan.file.path):\(step.range.start.line):\(step.range.start.column)"
    }
}
