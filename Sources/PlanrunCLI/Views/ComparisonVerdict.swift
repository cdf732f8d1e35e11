import Comparison
import Execution
import Operations
import PlanModel

/// The result of `planrun compare`, for every renderer. `schemas/comparison.schema.json` describes it as JSON.
struct ComparisonVerdict: Encodable, Sendable {
    enum Verdict: String, Encodable, Sendable, CaseIterable {
        /// Every key that was to be compared is the same on both servers.
        case same
        case differs
        /// No difference was found, but of some keys nobody can tell whether they are the same: those that changed at
        /// every look, and those that may have been written to since the cutover.
        case unknown
        /// Somebody stopped the comparison before its end.
        case stopped
        /// The keys could not be compared to the end.
        case failed
    }

    struct Kind: Encodable, Sendable {
        var kind: Difference.Kind
        var count: Int
        var examples: [DifferenceEntry]
    }

    /// Round trips of a probe in milliseconds: means without the slowest.
    struct Latency: Encodable, Sendable {
        var alone: Double
        var during: Double
    }

    struct Failure: Encodable, Sendable {
        var code: String
        var what: String
        var help: [String]
    }

    var format = 1
    var plan: String
    var verdict: Verdict
    /// The server that the other one follows; `nil` where neither does.
    var leader: Side?
    /// `full`, or how many keys a sample was to have.
    var scope: String
    var keys: [Side: Int]
    var databases: Int
    var types: [String: Int]
    var sizes: [String: [SizeClass: Int]]
    var differing: Int
    var differences: [Kind]
    var unsettled: Int
    /// After a cutover: keys that were changed on the target since, and keys that differ and of which that cannot be told.
    var changedSince: Int
    var unknownSince: Int
    var unread: Int
    /// The servers at which reading counted as use.
    var countedAsUse: [Side]
    var latency: [Side: Latency]
    /// Why an interrupted comparison did not go on where it was, in a clause.
    var begunAnew: String?
    /// The file from which the same command goes on; `nil` where there is nothing to go on with.
    var checkpoint: String?
    var failure: Failure?

    private var outcome: ComparisonOutcome

    private enum CodingKeys: String, CodingKey {
        case format, plan, verdict, leader, scope, keys, databases, types, sizes, differing, differences, unsettled
        case changedSince, unknownSince, unread
        case countedAsUse, latency, begunAnew, checkpoint, failure
    }

    init(
        _ plan: Plan, _ settings: KeyComparison.Settings, _ outcome: ComparisonOutcome, checkpoint: String? = nil
    ) {
        let summary = outcome.summary
        let report = summary.report
        self.plan = plan.name
        self.outcome = outcome
        self.checkpoint = checkpoint
        leader = summary.leader
        begunAnew = summary.begunAnew
        scope = if case .sample(let keys) = settings.scope { "sample of \(keys)" } else { "full" }
        keys = [.source: report.keys[.source] ?? 0, .target: report.keys[.target] ?? 0]
        (databases, types, sizes, differing) = (report.databases, report.types, report.sizes, report.differing)
        differences = Difference.Kind.allCases.compactMap { kind in
            report.differences[kind].map { count in
                Kind(kind: kind, count: count, examples: (report.examples[kind] ?? []).map(DifferenceEntry.init))
            }
        }
        (changedSince, unknownSince) = (report.changedSince, report.unknownSince)
        (unsettled, unread, countedAsUse) = (report.unsettled, report.unread, summary.touching)
        latency = summary.latency.mapValues {
            Latency(alone: $0.before / .milliseconds(1), during: $0.during / .milliseconds(1))
        }
        switch outcome {
        case .ended:
            let isCertain = report.unsettled == 0 && report.unknownSince == 0
            verdict = report.differing > 0 ? .differs : isCertain ? .same : .unknown
        case .stopped: verdict = .stopped
        case .failed(let cause, _):
            verdict = .failed
            failure = Failure(code: cause.code.word, what: cause.what, help: cause.help)
        }
    }

    /// Prints the result for a person: what was found as data, and why it is not complete as a message.
    func show(_ context: CommandContext) {
        // Where a server does not answer at all, there is nothing to say about keys.
        if verdict != .failed || !outcome.summary.report.keys.isEmpty {
            context.show(lines(context.style).joined(separator: "\n"), indent: 6)
        }
        switch outcome {
        case .ended: return
        case .stopped:
            context.tell(
                checkpoint.map { "stopped; the same command goes on from '\($0)'" }
                    ?? "stopped; the rest was not compared")
        case .failed(let cause, _):
            context.tell(
                Notice(
                    code: cause.code, what: cause.what, details: [cause.place.joined(separator: " · ")] + cause.world,
                    help: cause.help + (checkpoint.map { ["the same command goes on from '\($0)'"] } ?? [])))
        }
    }

    private func lines(_ style: Style) -> [String] {
        let summary = outcome.summary
        let mark: Mark =
            switch verdict {
            case .same: .ok
            case .unknown: .warning
            case .differs, .failed: .failed
            case .stopped: .stopped
            }
        let finding = differing == 0 ? "no difference" : differing.counted("key differs", "keys differ")
        var lines = ["\(mark.text(style)) \(summary.compared): \(finding)"]
        for kind in differences {
            lines.append("  \(style.strong(.red, "\(kind.count)")) \(kind.kind.clause)")
            lines += (summary.report.examples[kind.kind] ?? []).map { "    \($0.sentence)" }
            if kind.count > kind.examples.count, !kind.examples.isEmpty {
                lines.append("    and \(kind.count - kind.examples.count) more")
            }
        }
        if leader == nil, summary.report.databases > 0 {
            lines.append(
                summary.isAfterCutover
                    ? "  the source stands still since the cutover, and applications write to the target"
                    : "  neither server follows the other: a key that only one of them got is a difference")
        }
        lines += summary.notes.map { "  \($0)" }
        lines += latency.sorted { $0.key.rawValue < $1.key.rawValue }.map { side, latency in
            "  the \(side.rawValue) answered a probe in \(Self.milliseconds(latency.during)) meanwhile, and in \(Self.milliseconds(latency.alone)) alone"
        }
        return lines + summary.help.map { "  = help: \($0)" }
    }

    private static func milliseconds(_ value: Double) -> String { "\((value * 100).rounded() / 100) ms" }
}
