import Execution
import Operations
import PlanGraph
import PlanModel

/// All runs of a plan that its record knows, the newest first, for `status --history` and for the report of the newest.
struct RunList: Encodable {
    struct Entry: Encodable {
        var run: String
        var status: RunState.Status
        var begun: Timestamp
        var lastChange: Timestamp
        /// Who carried it out, the first one first; empty where that was not recorded.
        var by: [RunHolder]
        /// Where it came to a halt, or else the last step or check that it began.
        var cameTo: NodeID?
        /// Why it came to a halt there.
        var why: StepFailure?
        var writeGapSeconds: Double?
        var writeGapBackSeconds: Double?
        /// What way back the plan gave it after its cutover; `nil` where there is no cutover, or the plan cannot be read.
        var wayBack: String?
        var leftovers: [Leftover]
        /// The text of its plan; `nil` where the record had no room for it.
        var plan: String?
        /// How the plan was changed until the next run, as `diff -u` writes it; `nil` where it was not, or it is not known.
        var planChange: String?
    }

    var plan: String
    var runs: [Entry]
}

extension RunList {
    init(_ state: RunState) {
        let all = (state.history?.runs ?? []) + [EarlierRun(state)]
        let next = all.dropFirst().map { Optional($0) } + [nil]
        plan = state.planName
        runs = zip(all, next).map { Entry($0, before: $1, path: state.planPath) }.reversed()
    }

    /// Those before the newest.
    var earlier: [Entry] { Array(runs.dropFirst()) }
}

extension RunList.Entry {
    /// - Parameter path: of the plan.
    fileprivate init(_ run: EarlierRun, before next: EarlierRun?, path: String) {
        self.init(
            run: run.lineage, status: run.status, begun: run.startedAt, lastChange: run.updatedAt,
            by: run.carriedOutBy ?? [], cameTo: run.halt?.at ?? run.lastNode, why: run.halt?.why,
            writeGapSeconds: run.writeGapSeconds, writeGapBackSeconds: run.writeGapBackSeconds,
            wayBack: run.plan.flatMap { Plan.recorded($0, path: path) }.flatMap { Self.wayBack(run, $0) },
            leftovers: run.leftovers ?? [], plan: run.plan)
        if let plan = run.plan, let other = next?.plan, other != plan {
            planChange = LineDiff(plan, other).unified(path: path)
        }
    }

    private static func wayBack(_ run: EarlierRun, _ plan: Plan) -> String? {
        if run.status == .succeeded, let last = run.lastNode?.step {
            // A step that the plan does not have was added by `planrun decommission`.
            let kind = plan.steps.first { $0.id == last }?.kind.name ?? .decommission
            if kind == .decommission { return "its old servers were taken out of service, which ended the way back" }
        }
        return PlanHeader(plan: plan).wayBackAfterCutover
    }

    /// All of it in one line, for a person.
    var line: String {
        let parts = [status.rawValue, people.map { "by \($0)" }, end] + gaps
        return "\(begun) – \(lastChange): \(parts.compactMap(\.self).joined(separator: "; ")) (\(run))"
    }

    /// Who carried it out, for a person: each user, machine and version once; `nil` where that was not recorded.
    var people: String? {
        var people: [String] = []
        for holder in by {
            let user = holder.user.map { "'\($0)' on " } ?? ""
            let version = holder.planrun.map { " with planrun \($0)" } ?? ""
            let person = "\(user)'\(holder.host)'\(version)"
            if !people.contains(person) { people.append(person) }
        }
        return people.isEmpty ? nil : people.joined(separator: ", then ")
    }

    /// What it has measured, for a person.
    var gaps: [String] {
        [("write gap", writeGapSeconds), ("in going back", writeGapBackSeconds)].compactMap { name, seconds in
            seconds.map { "\(name) \($0) s" }
        }
    }

    /// Where it ended, for a person; `nil` where it came to its end without a halt.
    var end: String? {
        guard let cameTo, status != .succeeded || why != nil else { return nil }
        return "it came to '\(cameTo)'" + (why.map { ": \($0.sentence)" } ?? "")
    }
}
