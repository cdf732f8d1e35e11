import Escaping
import Execution
import FoundationEssentials
import Operations
import Rehearsal

/// How a rehearsal ended: which writes were lost, how long writes stood still, how long each step took.
struct RehearsalView {
    let verdict: RehearsalVerdict
    let outcome: RunOutcome
    /// Where the private servers were not what the plan says.
    let notes: [String]

    var isGood: Bool { verdict.succeeded && outcome.ending == .succeeded }

    func text(_ style: Style) -> String {
        var lines = ["", "step times:"] + stepTimes
        lines += [
            "", "acknowledged writes  \(verdict.acknowledgedWrites)",
            "lost                 \(style.strong(verdict.lostWrites == 0 ? .green : .red, "\(verdict.lostWrites)"))",
            "write gap            \(seconds(verdict.writeGap)) s (longest for one connection \(seconds(verdict.longestWriterGap)) s)",
        ]
        if !verdict.lostKeys.isEmpty { lines.append("  for example \(verdict.lostKeys.joined(separator: ", "))") }
        if !verdict.errors.isEmpty {
            let errors = verdict.errors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            // They are no loss, but an application meets them, too.
            lines.append(
                "errors seen          \(errors.joined(separator: ", ")) (at most \(verdict.mostErrors) for one connection); whoever gets one has to send the write again"
            )
        }
        lines += ["", sentence(style)] + notes.map { "  but \($0)" }
        return lines.joined(separator: "\n")
    }

    /// As many as leave room for the verdict on the same screen: the longest ones, in the order of the plan.
    private var stepTimes: [String] {
        let shown = Set(verdict.steps.indices.sorted { time($0) > time($1) }.prefix(Self.shownSteps))
        let rest = verdict.steps.indices.filter { !shown.contains($0) }
        let width = shown.map { verdict.steps[$0].step.count }.max() ?? 0
        let lines = verdict.steps.indices.filter(shown.contains).map { index in
            let name = verdict.steps[index].step
            return "  \(name)\(String(repeating: " ", count: width - name.count))  \(time(index).short)"
        }
        guard let longest = rest.map(time).max() else { return lines }
        return lines + ["  and \(rest.count.counted("other", "others")), \(longest.short) at most"]
    }

    private static let shownSteps = 8

    private func time(_ index: Int) -> Duration { verdict.steps[index].wallTime }

    private func sentence(_ style: Style) -> String {
        guard verdict.succeeded else { return style.strong(.red, "FAILED: acknowledged writes were lost") }
        guard outcome.ending == .succeeded else {
            return style.strong(.red, "FAILED: the plan was not carried out") + "; no acknowledged write was lost"
        }
        return style.strong(.green, "passed: the plan was carried out and no acknowledged write was lost")
    }

    private func seconds(_ duration: Duration) -> Double { (duration / .milliseconds(1)).rounded() / 1000 }

    /// One line of JSON.
    var json: String {
        struct Line: Encodable {
            var type = "rehearsal-finished"
            var acknowledgedWrites: Int
            var lostWrites: Int
            var notes: [String]
            var lostKeys: [String]
            var writeGap: Double
            var longestConnectionGap: Double
            var errors: [String: Int]
            var mostErrorsOfOneConnection: Int
            var steps: [String: Double]
            var succeeded: Bool
        }
        let line = Line(
            acknowledgedWrites: verdict.acknowledgedWrites, lostWrites: verdict.lostWrites, notes: notes,
            lostKeys: verdict.lostKeys,
            writeGap: seconds(verdict.writeGap), longestConnectionGap: seconds(verdict.longestWriterGap),
            errors: verdict.errors, mostErrorsOfOneConnection: verdict.mostErrors,
            steps: Dictionary(verdict.steps.map { ($0.step, seconds($0.wallTime)) }) { $1 },
            succeeded: isGood)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else {
            preconditionFailure("a verdict holds only numbers and strings")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }
}
