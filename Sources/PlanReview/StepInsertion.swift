import Diagnostics
import PlanModel
import YAMLTree

/// Fixes that write a step into a plan. They are offered only where the step changes nothing about what the other steps
/// wait for, and where the steps are written as a list with a line for each.
extension PlanUnderReview {
    /// A fix that makes this step the first one; `nil` if that is not safe.
    /// - Parameter step: as the plan writes it, without the dash: `preflight: {}`.
    func inserting(_ step: String, before first: StepUnderReview?) -> Diagnostic.Fix? {
        guard let first, let margin = margin(of: first), let key = root.entry("steps")?.keyRange,
            // The steps without needs of their own wait for the one before; one that begins at once would not wait.
            !first.isWritten("needs"), plan.steps.dropFirst().allSatisfy({ !$0.needs.isEmpty }),
            !plan.steps.contains(where: { step.hasPrefix($0.id + ":") })
        else { return nil }
        let place = SourcePosition(line: key.start.line + 1, column: 1)
        return Diagnostic.Fix(
            "put '- \(step)' first", [TextEdit(SourceRange(place, place), "\(margin)- \(step)\n")])
    }

    /// A fix that makes this step the last one; `nil` if that is not safe.
    /// - Parameters:
    ///   - id: the id of the new step.
    ///   - last: the step that the new one has to wait for.
    func appending(_ step: String, id: String, after last: StepUnderReview) -> Diagnostic.Fix? {
        guard last.id == steps.last?.id, let margin = margin(of: last), !steps.contains(where: { $0.id == id }) else {
            return nil
        }
        let line = last.node.range.end.line
        let end = SourcePosition(line: line, column: SourceLines(plan.file.text)[line].count + 1)
        return Diagnostic.Fix(
            "put '- \(step)' behind it", [TextEdit(SourceRange(end, end), "\n\(margin)- \(step)")])
    }

    /// The blanks before the dash of a step; `nil` if the step does not begin with a dash on a line of its own.
    private func margin(of step: StepUnderReview) -> String? {
        let start = step.node.range.start
        let before = SourceLines(plan.file.text)[start.line].prefix(start.column - 1)
        let margin = before.prefix { $0 == " " }
        let rest = before[margin.endIndex...]
        guard rest.first == "-", rest.dropFirst().allSatisfy({ $0 == " " }), start.line > 1 else { return nil }
        return String(String.UnicodeScalarView(margin))
    }
}
