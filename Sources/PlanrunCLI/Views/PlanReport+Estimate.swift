import Diagnostics
import Operations

extension PlanReport {
    /// The estimate in lines, each with what it rests on.
    func estimateLines(_ style: Style) -> [String] {
        guard let estimate else { return [] }
        let all = [estimate.duration] + [estimate.writeGap].compactMap(\.self)
        let lines = all.map { "  \($0.subject): \($0.range)" + style.color(.gray, " (\($0.basis))") }
        let steps = estimate.steps.map { "    \($0.subject): \($0.range)" + style.color(.gray, " (\($0.basis))") }
        let back = estimate.wayBack.map {
            "  way back \($0.subject): \($0.range)" + style.color(.gray, " (\($0.basis))")
        }
        return ["estimate, not a promise:", lines[0]] + steps + lines.dropFirst() + back + [""]
    }

    var estimateMarkdown: [String] {
        guard let estimate else { return [] }
        let gap = estimate.writeGap.map { ", write gap \($0.range)" } ?? ""
        func row(_ part: RunEstimate.Part, _ subject: String) -> String {
            "| \(Markdown.escape(subject)) | \(part.range) | \(Markdown.escape(part.basis)) |"
        }
        return Markdown.folded(
            "estimate, not a promise: \(estimate.duration.range)\(gap)",
            ["| | | basis |", "|---|---|---|", row(estimate.duration, "duration")]
                + estimate.steps.map { row($0, "`\($0.subject)`") }
                + [estimate.writeGap].compactMap(\.self).map { row($0, $0.subject) }
                + estimate.wayBack.map { row($0, "way back \($0.subject)") })
    }
}

extension RunEstimate.Part {
    /// `10 s to 2 min`, `unknown`
    fileprivate var range: String {
        guard let fromSeconds, let toSeconds else { return "unknown" }
        let (first, last) = (Self.text(fromSeconds), Self.text(toSeconds))
        return first == last ? first : "\(first) to \(last)"
    }

    /// Two digits at most, since an estimate is no more exact.
    private static func text(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "\(Double(Int(seconds * 100)) / 100) s"
        case ..<120: "\(Int(seconds.rounded())) s"
        case ..<7200: "\(Int((seconds / 60).rounded())) min"
        case ..<1e9: "\(Int((seconds / 3600).rounded())) h"
        default: "years"
        }
    }
}
