import Comparison
import Execution

/// What a comparison has found, in words.
struct ComparisonSummary {
    let report: ComparisonReport
    let scope: ComparisonScope
    /// The servers at which reading counted as use.
    let touching: [Side]

    private static let shownExamples = 3

    var result: StepResult {
        let notes = [unsettled, unread, touched].compactMap(\.self)
        let summary = (["\(compared): the same on both"] + notes).joined(separator: "; ")
        guard report.unsettled > 0 else { return StepResult(summary, facts: facts) }
        return StepResult(
            summary, verdict: .warned,
            help: [
                "keys that are written to all the time cannot be caught standing still; compare when there is less load"
            ],
            facts: facts)
    }

    /// - Returns: `nil` where nothing differs.
    func failure(_ servers: Servers) -> StepFailure? {
        guard report.differing > 0 else { return nil }
        let kinds = Difference.Kind.allCases.compactMap(sentence)
        return StepFailure(
            code: .dataDiffers,
            what: "\(report.differing.counted("key", "keys")) of \(compared) differ: \(kinds.joined(separator: "; "))",
            place: [servers.source.name, servers.target.name], world: ["the comparison changes nothing"],
            help: [
                "find out what made the difference before the cutover; the source has everything and is still there; "
                    + RunBaseline.anew
            ])
    }

    /// `20000 keys of the source and 20001 of the target in 2 databases`
    private var compared: String {
        let drawn = scope == .full ? "" : ", drawn by chance"
        let databases = report.databases.counted("database", "databases")
        return
            "\(report.keys[.source] ?? 0) keys of the source and \(report.keys[.target] ?? 0) of the target in \(databases)\(drawn)"
    }

    private func sentence(_ kind: Difference.Kind) -> String? {
        guard let count = report.differences[kind], count > 0 else { return nil }
        let examples = (report.examples[kind] ?? []).prefix(Self.shownExamples).map { "\($0.title) (\($0.type.name))" }
        let more = count > examples.count ? ", …" : ""
        return "\(count) \(Self.clause(kind)): \(examples.joined(separator: ", "))\(more)"
    }

    private static func clause(_ kind: Difference.Kind) -> String {
        switch kind {
        case .missing: "missing on the target"
        case .extra: "only on the target"
        case .type: "with another type"
        case .value: "with another value"
        case .expiry: "with another expiry"
        }
    }

    private var unsettled: String? {
        report.unsettled == 0
            ? nil : "\(report.unsettled.counted("key", "keys")) changed at every look and could not be compared"
    }

    private var unread: String? {
        report.unread == 0
            ? nil : "of \(report.unread.counted("key", "keys")) of modules only type and expiry were compared"
    }

    private var touched: String? {
        guard !touching.isEmpty else { return nil }
        return "reading counted as use on the \(touching.map(\.rawValue).joined(separator: " and "))"
    }

    private var facts: [String: StateValue] {
        [
            "keys": .int(Int64(report.keys[.source] ?? 0)), "unsettled": .int(Int64(report.unsettled)),
            "types": .object(report.types.mapValues { .int(Int64($0)) }),
        ]
    }
}
