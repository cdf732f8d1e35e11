import Execution
import PlanModel
import RedisTopology

/// The servers that are to follow the target after the cutover can do so: the source, and its other replicas.
///
/// A Sentinel's failover ends only when every replica that it knows follows the new primary, or after failover-timeout.
/// A replica that can never follow keeps the Sentinel busy for all of that time.
struct FollowersCheck: Check {
    static let declaration = CheckDeclaration(
        id: "followers", title: "every server that shall follow the target after the cutover can")

    static func applies(to plan: Plan) -> Bool { plan.failover != nil }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        guard let step = servers.plan.failover else { preconditionFailure("the plan does not cut over") }
        let after = try await AfterCutover.read(servers, step)
        let obstacle = after.obstacle
        let others = try await OtherReplicas(
            servers: servers, primary: servers.source, successor: servers.target
        ).prior()
        var findings: [Finding] = []
        if let obstacle, step.resting == .follow { findings.append(sourceCannot(obstacle, servers)) }
        if let obstacle, let rule = step.replicas, rule != .detach, !others.isEmpty {
            findings.append(othersCannot(obstacle, rule, others, servers))
        }
        if after.replicas == .detach, !others.isEmpty {
            if let finding = try await tooFew(servers) { findings.append(finding) }
        }
        return .combined(findings, passed: sentence(after, others.count))
    }

    private func sourceCannot(_ obstacle: String, _ servers: Servers) -> Finding {
        .missed(
            "'resting: follow' is not possible: \(obstacle)", wants: "a source that is left alone, or shut down",
            at: [servers.source.name],
            remedy: ["leave 'resting' out, or write 'resting: fenced' or 'resting: shutdown'"])
    }

    private func othersCannot(
        _ obstacle: String, _ rule: FailoverStep.OtherReplicas, _ others: [OtherReplicas.Memory], _ servers: Servers
    ) -> Finding {
        .missed(
            "'replicas: { after-cutover: \(rule.rawValue) }' is not possible for \(list(others)): \(obstacle)",
            wants:
                "replicas that are detached before the cutover: they would keep the Sentinels busy until failover-timeout",
            at: [servers.source.name], remedy: ["leave 'replicas' out, or write 'replicas: { after-cutover: detach }'"])
    }

    private func list(_ others: [OtherReplicas.Memory]) -> String {
        others.map { "\($0.address)" }.joined(separator: ", ")
    }

    /// A finding if the source would refuse writes once its other replicas are detached: only the target is left then,
    /// and `min-replicas-to-write` asks for more.
    private func tooFew(_ servers: Servers) async throws(StepFailure) -> Finding? {
        let wanted = try await Fence(primary: servers.source).replicasWanted()
        guard wanted > 1 else { return nil }
        return .missed(
            "once its other replicas are detached, only the target is left, and the source takes writes only with \(wanted) (min-replicas-to-write)",
            wants: "min-replicas-to-write 1 at most", at: [servers.source.name],
            remedy: ["\(AdvisedCommand.fewReplicas.line("1")) on \(servers.source.endpoint)"])
    }

    private func sentence(_ after: AfterCutover, _ others: Int) -> String {
        let source =
            switch after.resting {
            case .follow: "the source will follow the target"
            case .fenced: "the source will stand alone without taking writes"
            case .shutdown: "the source will be shut down"
            }
        guard others > 0 else { return source }
        let word = others.counted("other replica", "other replicas")
        switch after.replicas {
        case .follow: return "\(source), \(word) will follow the target"
        case .detach: return "\(source), \(word) will be detached"
        case .leave: return "\(source), \(word) will be left to the Sentinels"
        }
    }
}
