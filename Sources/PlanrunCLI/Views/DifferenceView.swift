import Escaping
import Operations
import PlanModel
import PlanReview

/// In what two versions of a plan differ, for every renderer.
struct DifferenceView {
    let difference: PlanDifference
    let old: String
    let new: String

    private var changes: [PlanChange] { difference.changes }

    /// `2 changes: 1 loosens the plan, 1 tightens it`
    private var count: String {
        let loosened = changes.count { $0.tendency == .loosened }
        let tightened = changes.count { $0.tendency == .tightened }
        let parts = [(loosened, "loosened"), (tightened, "tightened")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return changes.count.counted("change", "changes") + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    func text(_ style: Style) -> String {
        let lines = changes.map { change -> String in
            let tendency = change.tendency.map { tendency in
                " (" + style.color(tendency == .loosened ? .red : .green, tendency.rawValue) + ")"
            }
            let effect = change.effect.map { "; \($0)" } ?? ""
            return "  " + VisibleText.escape("\(change.subject): \(change.sentence)\(effect)") + (tendency ?? "")
        }
        let title = VisibleText.escape("\(old) → \(new)") + (lines.isEmpty ? "" : ": \(count)")
        return ([title] + lines + ["risk: " + VisibleText.escape(difference.risk)]).joined(separator: "\n")
    }

    /// A comment of a pull request. What weakens the plan is bold.
    var markdown: String {
        let risk = "**Risk:** \(Markdown.escape(difference.risk))"
        guard !changes.isEmpty else { return risk }
        let rows = changes.map { change -> String in
            let what = Markdown.escape(change.sentence + (change.effect.map { "; \($0)" } ?? ""))
            let shown = change.tendency == .loosened ? "**\(what)**" : what
            return "| \(Markdown.escape(change.subject)) | \(shown) | \(change.tendency?.rawValue ?? "") |"
        }
        return ([risk, "", "| where | what | |", "|---|---|---|"] + rows + ["", "\(count)."]).joined(separator: "\n")
    }

    struct Record: Encodable, Sendable {
        struct Change: Encodable, Sendable {
            let kind: String
            let subject: String
            let setting: String?
            let old: String?
            let new: String?
            let tendency: String?
            let effect: String?
            let sentence: String
        }

        let old: String
        let new: String
        let risk: String
        let changes: [Change]
    }

    var record: Record {
        Record(
            old: old, new: new, risk: difference.risk,
            changes: changes.map {
                Record.Change(
                    kind: $0.kind.rawValue, subject: $0.subject, setting: $0.setting, old: $0.old, new: $0.new,
                    tendency: $0.tendency?.rawValue, effect: $0.effect, sentence: $0.sentence)
            })
    }
}
