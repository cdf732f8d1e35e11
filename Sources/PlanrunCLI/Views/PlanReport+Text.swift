import Escaping
import Operations
import PlanGraph
import PlanModel

extension PlanReport {
    /// The whole report, for a terminal or a log.
    /// - Parameters:
    ///   - showsPassed: whether to print a line for each check that passed, even if there are many.
    ///   - showsCommands: whether to print a line for each command that changes a server, instead of how many there are.
    func text(header: PlanHeader, style: Style, showsPassed: Bool = false, showsCommands: Bool = false) -> String {
        var lines = header.lines + [""]
        for (number, step) in steps.enumerated() {
            lines.append("\(number + 1). \(style.strong(.blue, step.id)): \(mark(step))\(step.does)")
            // The question of an approval stands in `does` already.
            let settings = step.settings.filter { $0.key != "question" }.sorted { $0.key < $1.key }.map {
                "\($0.key) \($0.value)"
            }
            if !settings.isEmpty { lines.append("     " + style.color(.gray, settings.joined(separator: ", "))) }
            lines += deviations(of: step, style)
            lines += step.outlook.map { "     now: \($0)" }
            if !showsCommands, let count = step.commandCount { lines.append("     \(count)") }
            if let undo = step.undo { lines.append("     back: \(undo)") }
            if showsCommands { lines += step.commandLines(style) }
            if step.isPointOfNoReturn { lines.append("     " + style.strong(.yellow, "point of no return")) }
            if let count = passedCount(step), !showsPassed {
                lines.append("     \(Mark.ok.text(style)) \(step.id): \(count.text)")
            }
            lines += findings(of: step, style, showsPassed: showsPassed)
        }
        lines +=
            [""] + estimateLines(style)
            + (reviewCount.map { ["review: \($0) ('planrun lint \(path.shellWord)' shows them)"] } ?? [])
        if !showsCommands, steps.contains(where: { !$0.commands.isEmpty }) {
            lines.append("'--commands' shows each command with its reason, and those that take it back")
        }
        return (lines + [summary] + (unfinished?.planChanges.map { "  the plan has changed since: \($0)" } ?? []))
            .joined(separator: "\n")
    }

    /// What weakens the step stands out; what strengthens it is among the settings.
    private func deviations(of step: Entry, _ style: Style) -> [String] {
        let weaker = step.deviations.filter { $0.tendency == .loosened && $0.value != CheckSeverity.off.rawValue }
        return weaker.map { deviation in
            let standard = deviation.standard.map { ", where \($0) is the standard" } ?? ""
            return "     \(style.color(.yellow, "weaker")) \(deviation.key) \(deviation.value)\(standard)"
        } + step.checksOff.map { "     \(style.color(.yellow, "off")) \($0.id): nobody asks whether \($0.title)" }
    }

    private func mark(_ step: Entry) -> String {
        switch step.action {
        case .check, .wait, .ask: ""
        case .change: ""
        case .nothing: "nothing to do: "
        case .done: "done: "
        }
    }

    private func finding(_ finding: Finding, _ style: Style) -> [String] {
        let mark: Mark =
            switch finding.verdict {
            case .passed: .ok
            case .warned: .warning
            case .failed: .failed
            case .notAsked: .notAsked
            }
        return ["     \(mark.text(style)) \(finding.check): \(finding.saw)"]
            + finding.help.map { "          = help: \($0)" }
    }

    /// The lines of a step's findings. Failed checks stand last, where a reader of a terminal sees them first.
    private func findings(of step: Entry, _ style: Style, showsPassed: Bool) -> [String] {
        let isShort = showsPassed || passedCount(step) == nil
        let passed = step.findings.filter { $0.verdict == .passed }
        let others = [Finding.Verdict.warned, .failed].flatMap { verdict in
            step.findings.filter { $0.verdict == verdict }
        }
        let notAsked = step.findings.filter { $0.verdict == .notAsked }
        let count =
            notAsked.isEmpty
            ? []
            : [
                "     \(Mark.notAsked.text(style)) \(step.id): \(notAsked.count.counted("check", "checks")), because of what failed"
            ]
        return ((isShort ? passed : []) + others).flatMap { finding($0, style) } + count
    }

    /// `nil` if so few checks passed that each has a line of its own.
    private func passedCount(_ step: Entry) -> PassedChecks.Group? {
        let count = step.findings.count { $0.verdict == .passed }
        return count > PassedChecks.shownSingly ? PassedChecks.Group(step: step.id, passed: count) : nil
    }

    /// Only the findings of the checks. The last line counts them.
    func findingsText(_ style: Style, showsPassed: Bool = false) -> String {
        let lines = steps.flatMap { findings(of: $0, style, showsPassed: showsPassed) }.map { String($0.dropFirst(5)) }
        return (lines + [findingsCount]).joined(separator: "\n")
    }

    /// How many checks passed, and the names of those that did not.
    var findingsCount: String {
        let findings = steps.flatMap(\.findings)
        let (warned, failed) = (names(.warned, in: findings), names(.failed, in: findings))
        let notAsked = findings.count { $0.verdict == .notAsked }
        let passed = findings.count - warned.count - failed.count - notAsked
        return
            "\(findings.count.counted("check", "checks")): \(passed) passed, \(count(warned, "warned")), \(count(failed, "failed"))"
            + (notAsked > 0 ? ", \(notAsked) not asked" : "")
    }

    private func names(_ verdict: Finding.Verdict, in findings: [Finding]) -> [String] {
        findings.filter { $0.verdict == verdict }.map { $0.check.check ?? $0.check.step }
    }

    private func count(_ names: [String], _ word: String) -> String {
        "\(names.count) \(word)" + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
    }
}
