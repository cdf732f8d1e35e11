import Execution
import Operations
import PlanGraph
import PlanModel
import Values

/// What a summary says of a run, from its record.
extension RunSummary {
    /// Between which servers data moves, and whether it has.
    static func moved(_ plan: Plan, _ standing: WayBack.Standing) -> Row {
        let pair =
            "\(plan.source.endpoint) (\(plan.source.engine.rawValue)) to \(plan.target.endpoint) (\(plan.target.engine.rawValue))"
        guard plan.failover != nil else { return Row("from", pair) }
        return switch standing {
        case .past, .closed: Row("moved", pair)
        case .perhaps: Row("moved?", "nobody can tell yet: \(pair)")
        case .before: Row("not moved", pair)
        }
    }

    static func steps(_ plan: Plan, _ state: RunState) -> Row {
        let progress = plan.steps.map { state.progress(of: $0.id) }
        var text = "\(progress.count { $0 == .done }) of \(plan.steps.count) done"
        let checks = state.nodes.filter { $0.id.check != nil }
        let counts = [
            (checks.count { $0.status == .succeeded && $0.result?.verdict == .passed }, "passed"),
            (checks.count { $0.status == .succeeded && $0.result?.verdict == .warned }, "warned"),
            (checks.count { $0.status == .failed && $0.error?.isConsequence != true }, "failed"),
        ].filter { $0.0 > 0 }
        if !counts.isEmpty {
            text +=
                "; of \(checks.count.counted("check", "checks")) "
                + counts.map { "\($0) \($1)" }.joined(separator: ", ")
        }
        return Row("steps", text)
    }

    /// The steps that were stopped in the middle.
    static func cutOff(_ plan: Plan, _ state: RunState) -> Row? {
        let steps = plan.steps.map(\.id).filter { state.progress(of: $0) == .unknown }
        guard !steps.isEmpty else { return nil }
        return Row("cut off", "stopped in the middle: \(steps.quoted); 'resume' asks the servers how far that came")
    }

    /// How long applications could not write, there and back.
    static func writeGap(_ state: RunState) -> Row? {
        let gaps = state.nodes.flatMap { node in
            [text(node.result?.facts, ""), text(node.undoResult?.facts, "on the way back ")].compactMap(\.self)
        }
        return gaps.isEmpty ? nil : Row("write gap", gaps)
    }

    private static func text(_ facts: [String: StateValue]?, _ way: String) -> String? {
        var parts: [String] = []
        if case .double(let gap)? = facts?["writeGapSeconds"] {
            parts.append("\(way)\(facts?["writeGapIsLowerBound"] == .bool(true) ? "at least " : "")\(gap) s")
        }
        if case .double(let pause)? = facts?["pauseSeconds"] {
            parts.append((parts.isEmpty ? way : "") + "writes were held back for \(pause) s")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Why the run failed, where that was said long before.
    static func failures(_ state: RunState) -> Row? {
        let failed = state.nodes.compactMap { node in
            node.status == .failed && node.error?.isConsequence != true
                ? node.error.map { "'\(node.id)': \($0.what)" } : nil
        }
        return failed.isEmpty ? nil : Row("failed", failed)
    }

    /// The warnings of checks and steps.
    static func findings(_ state: RunState) -> Row? {
        let warned = state.nodes.compactMap { node in
            node.result.flatMap {
                node.status == .succeeded && $0.verdict == .warned ? "\(node.id): \($0.summary)" : nil
            }
        }
        return warned.isEmpty ? nil : Row("warnings", warned)
    }

    /// What going back costs, and how long the way back stays.
    static func wayBack(_ plan: Plan, _ standing: WayBack.Standing) -> Row? {
        let (source, target) = (plan.source.endpoint, plan.target.endpoint)
        switch standing {
        case .before:
            return plan.cutover.map {
                Row("way back", "'rollback' loses nothing, until '\($0)' has made \(target) the primary")
            }
        case .closed: return Row("way back", "none: the old servers are out of service")
        case .perhaps(let node), .past(let node):
            guard let undo = node.undo else { return Row("way back", "none: this run has not made the cutover") }
            switch ReturnOffer.rule(plan, undo: undo) {
            case .keep:
                return Row("way back", "'rollback' loses no write while \(source) follows \(target), until \(plan.end)")
            case .discardWrites:
                return Row(
                    "way back",
                    "'rollback' loses what only \(target) has by then (nothing while \(source) follows it), until \(plan.end)"
                )
            case .stop:
                let why =
                    plan.rollback.afterCutover == nil ? plan.obstacleToFollow : "the plan says 'after-cutover: stop'"
                return Row("way back", "none: \(why ?? "the source was left where it does not follow the target")")
            }
        }
    }
}

extension Plan {
    /// The id of the step that cuts over.
    fileprivate var cutover: String? { firstStep(of: .failover)?.id }

    /// What ends the way back.
    fileprivate var end: String {
        firstStep(of: .decommission).map { "'\($0.id)'" } ?? "'planrun decommission'"
    }
}

extension RunState {
    enum Progress {
        case done, open, unknown
    }

    /// How far a step has come with all its checks.
    func progress(of step: String) -> Progress {
        let nodes = nodes.filter { $0.id.step == step }
        if nodes.contains(where: { $0.status == .started }) { return .unknown }
        return !nodes.isEmpty && nodes.allSatisfy { $0.status == .succeeded } ? .done : .open
    }
}

extension Sequence where Element: CustomStringConvertible {
    /// `'a', 'b', 'c' and 4 more`: names in a sentence.
    var quoted: String {
        let names = map { "'\($0)'" }
        guard names.count > 4 else { return names.joined(separator: ", ") }
        return names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
    }
}
