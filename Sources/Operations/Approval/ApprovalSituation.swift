import Execution
import PlanGraph
import PlanModel
import RedisTopology
import Values

/// What is true while a person is asked: the roles of the servers, the primary that each Sentinel names, and how many
/// bytes the target is behind.
struct ApprovalSituation: Sendable {
    let servers: Servers
    let context: StepContext
    let isAfterCutover: Bool

    /// Reads the facts.
    /// - Throws: the violation if a condition does not hold any more.
    func facts() async throws -> [ApprovalFact] {
        // A step that runs beside the question has ended the run.
        if context.isDraining { throw CancellationError() }
        async let violation = isAfterCutover ? nil : try? Conditions.violation(servers, context)
        async let sentences = WorldReport(servers).facts()
        async let lag = lag()
        async let tilts = tilts()
        let (world, distance, distrust) = await (sentences, lag, tilts)
        if let violation = await violation { throw violation }
        return world + [distance, comparison].compactMap(\.self) + distrust
    }

    /// Below this many bytes, changes of the lag are not shown again.
    private static let smallLag: Int64 = 64 * 1024

    /// The target's lag; `nil` if it is not in sync. Another fact says then that its link is lost.
    private func lag() async -> ApprovalFact? {
        guard !isAfterCutover, let answer = try? await SyncWatch.Answer.read(servers) else { return nil }
        await keepFromPromotion(answer)
        guard let lag = answer.lag else { return nil }
        // The lag is shown again each time that it doubles or halves.
        var steps = 0
        var limit = Self.smallLag
        while limit < lag, steps < 40 { (limit, steps) = (limit * 2, steps + 1) }
        let since = syncedSince.map { "; in sync since \($0)" } ?? ""
        return ApprovalFact("lag", "the target lacks \(ByteCount(bytes: lag).text)\(since)", state: "\(steps)")
    }

    /// Hours may pass here, in which a target that has lost its link is no candidate. What a server refuses now is refused to
    /// the next step, too.
    private func keepFromPromotion(_ answer: SyncWatch.Answer) async {
        let original = try? RunBaseline.recorded(servers.plan, context)?.targetPriority
        guard answer.follows, !context.isLook, let candidacy = Candidacy(servers, original: original) else { return }
        try? await candidacy.adapt(to: answer.state, priority: answer.priority)
    }

    private var comparison: ApprovalFact? {
        ComparisonAge.recorded(servers.plan, context).map { latest in
            // A later one is no reason to ask again.
            ApprovalFact(
                "comparison", "the keys were last compared at \(latest.comparedAt), and were the same", state: "same")
        }
    }

    private var syncedSince: String? {
        let step = servers.plan.steps.last { $0.kind.name == .waitForSync }
        guard let step, let milliseconds = context.memo(of: NodeID(step: step.id))?["inSyncSince"]?.int else {
            return nil
        }
        return "\(Timestamp(millisecondsSince1970: milliseconds))"
    }

    private func tilts() async -> [ApprovalFact] {
        let tilts = (try? await servers.sentinels.atOnce { (try? await $0.isInTilt()) ?? false }) ?? []
        return zip(servers.sentinels, tilts).filter(\.1).map { sentinel, _ in
            ApprovalFact("tilt of \(sentinel.endpoint)", "\(sentinel.name) is in TILT and would do nothing for 30 s")
        }
    }
}
