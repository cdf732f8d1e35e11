package import Comparison
import Execution

/// What a comparison has found, in words.
package struct ComparisonSummary: Sendable {
    package let report: ComparisonReport
    package let scope: ComparisonScope
    /// The server that the other one followed; `nil` where neither followed the other.
    package let leader: Side?
    /// The servers at which reading counted as use.
    package let touching: [Side]
    /// Whether applications wrote to the target alone, since a cutover.
    package let isAfterCutover: Bool
    /// How long the servers took to answer a probe, where there was time to measure it.
    package let latency: [Side: ProbedLatency]
    /// Why an interrupted comparison did not go on where it was, in a clause.
    package let begunAnew: String?

    /// A failure shows fewer examples than were kept, since it is one sentence.
    private static let shownExamples = 3

    package init(
        report: ComparisonReport, scope: ComparisonScope, leader: Side?, touching: [Side],
        isAfterCutover: Bool = false, latency: [Side: ProbedLatency] = [:], begunAnew: String? = nil
    ) {
        self.report = report
        self.scope = scope
        self.leader = leader
        self.touching = touching
        self.isAfterCutover = isAfterCutover
        self.latency = latency
        self.begunAnew = begunAnew
    }

    /// Of a comparison that has found nothing.
    var result: StepResult {
        let summary = (["\(compared): the same on both"] + notes).joined(separator: "; ")
        let memo = ComparisonAge.memo(comparedAt: .now)
        guard !help.isEmpty else { return StepResult(summary, facts: facts, memo: memo) }
        return StepResult(summary, verdict: .warned, help: help, facts: facts, memo: memo)
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
    package var compared: String {
        let drawn = scope == .full ? "" : ", drawn by chance"
        let databases = report.databases.counted("database", "databases")
        return
            "\(report.keys[.source] ?? 0) keys of the source and \(report.keys[.target] ?? 0) of the target in \(databases)\(drawn)"
    }

    /// What limits the result, one clause each.
    package var notes: [String] { [unsettled, changed, unknown, unread, touched, anew].compactMap(\.self) }

    /// What to do about keys that could not be compared; nothing where all were.
    package var help: [String] {
        let still =
            "keys that are written to all the time cannot be caught standing still; compare when there is less load"
        let before = "only before the cutover all keys can be compared: 'verify: { data: full }' before 'failover'"
        return (report.unsettled > 0 ? [still] : []) + (report.unknownSince > 0 ? [before] : [])
    }

    private var changed: String? {
        report.changedSince == 0
            ? nil : "\(report.changedSince.counted("key was", "keys were")) changed on the target since the cutover"
    }

    private var unknown: String? {
        report.unknownSince == 0
            ? nil
            : "\(report.unknownSince.counted("key is", "keys are")) not the same, and nobody can tell whether that came since the cutover"
    }

    private func sentence(_ kind: Difference.Kind) -> String? {
        guard let count = report.differences[kind], count > 0 else { return nil }
        let examples = (report.examples[kind] ?? []).prefix(Self.shownExamples).map { "\($0.title) (\($0.type.name))" }
        let more = count > examples.count ? ", …" : ""
        return "\(count) \(kind.clause): \(examples.joined(separator: ", "))\(more)"
    }

    private var unsettled: String? {
        report.unsettled == 0
            ? nil : "\(report.unsettled.counted("key", "keys")) changed at every look and could not be compared"
    }

    private var anew: String? { begunAnew.map { "compared from the beginning, because \($0) since the interruption" } }

    private var unread: String? {
        report.unread == 0
            ? nil : "of \(report.unread.counted("key", "keys")) of modules only type and expiry were compared"
    }

    private var touched: String? {
        guard !touching.isEmpty else { return nil }
        return "reading counted as use on the \(touching.map(\.rawValue).joined(separator: " and "))"
    }

    /// `source 0.5 ms, alone 0.4 ms; target 0.3 ms, alone 0.3 ms`
    private var probe: String? {
        let parts = Side.allCases.compactMap { side in
            latency[side].map {
                "\(side.rawValue) \($0.during.inMilliseconds) ms, alone \($0.before.inMilliseconds) ms"
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private var facts: [String: StateValue] {
        [
            "keys": .int(Int64(report.keys[.source] ?? 0)), "unsettled": .int(Int64(report.unsettled)),
            "changedSince": isAfterCutover ? .int(Int64(report.changedSince)) : .null,
            "unknownSince": isAfterCutover ? .int(Int64(report.unknownSince)) : .null,
            "probe": probe.map(StateValue.string) ?? .null,
            "types": .object(report.types.mapValues { .int(Int64($0)) }),
            "sizes": .object(
                report.sizes.mapValues { sizes in
                    .object(Dictionary(uniqueKeysWithValues: sizes.map { ($0.rawValue, .int(Int64($1))) }))
                }),
        ]
    }
}
