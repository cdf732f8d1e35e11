import Execution
import Operations
import PlanGraph
import PlanModel
import Values

/// What a run did, from its record alone: for a ticket, and for whoever asks afterwards.
struct RunReport: Encodable {
    /// How a step or a check stands; the words are those of the JSON.
    enum Standing: String, Encodable, CaseIterable {
        case notBegun = "not-begun"
        case running, waiting, unknown, succeeded, warned, failed, undone
        case notUndone = "not-undone"
    }

    struct Verdict: Encodable {
        var status: RunState.Status
        /// Whether nothing is left to do, and nothing went wrong.
        var isGood: Bool
        var sentence: String
    }

    struct Part: Encodable {
        var role: String
        var what: String
    }

    struct Entry: Encodable {
        var id: NodeID
        /// `nil` for a check, and where the plan cannot be read any more.
        var kind: String?
        var standing: Standing
        var begun: Timestamp?
        var ended: Timestamp?
        var attempts: Int
        var said: String?
        /// What it measured and found, as in the record.
        var facts: [String: StateValue] = [:]
        var help: [String] = []
        var failure: StepFailure?
        /// What taking it back did and measured.
        var back: Deed?
        var checks: [Entry] = []
    }

    struct Deed: Encodable {
        var said: String
        var facts: [String: StateValue]
    }

    struct Back: Encodable {
        var sentence: String
        var commands: [Command]

        struct Command: Encodable {
            var line: String
            var meaning: String
        }
    }

    struct PlanChange: Encodable {
        /// When the run last changed under the former plan.
        var after: Timestamp
        /// As `diff -u` writes it.
        var difference: String
    }

    var verdict: Verdict
    var plan: String
    var description: String?
    var path: String
    var run: String
    var planrun: String
    var begun: Timestamp
    var lastChange: Timestamp
    /// Between which servers the plan moves, where the plan can be read, who carried it out, where that is recorded, what
    /// failed, and the write gap.
    var parts: [Part]
    var steps: [Entry]
    var plots: [Plot]
    var leftovers: [Leftover]
    var back: Back
    /// The newest first.
    var earlier: [RunList.Entry]
    var planText: String
    /// What was changed in the plan while the run was under way, the first change first.
    var planChanges: [PlanChange]
}

extension RunReport {
    /// - Parameter holding: who carries the run out at the moment.
    init(_ state: RunState, holding: RunHolding, path: String, _ commands: CommandLines) {
        let plan = state.recordedPlan
        let runs = RunList(state)
        self.init(
            verdict: Verdict(state, isHeld: holding.isHeld), plan: state.planName, description: plan?.description,
            path: path,
            run: state.lineage, planrun: PlanrunCommand.versionNumber, begun: state.startedAt,
            lastChange: state.updatedAt,
            parts: (plan.map(Part.all) ?? [])
                + (runs.runs[0].people.map { [Part(role: "carried out", what: "by \($0)")] } ?? [])
                + Part.measured(state),
            steps: Entry.all(state, plan, isHeld: holding.isHeld), plots: Plot.all(state),
            leftovers: state.leftovers ?? [],
            back: Back(state, plan, isHeld: holding.isHeld, commands),
            earlier: runs.earlier,
            planText: state.plan, planChanges: PlanChange.all(state))
    }
}

extension RunReport.PlanChange {
    fileprivate static func all(_ state: RunState) -> [Self] {
        let former = state.formerPlans ?? []
        return zip(former, former.dropFirst().map(\.plan) + [state.plan]).map { former, next in
            Self(
                after: former.until,
                difference: LineDiff(former.plan, next).unified(path: state.planPath))
        }
    }
}

extension RunReport.Verdict {
    fileprivate init(_ state: RunState, isHeld: Bool) {
        let failed = state.nodes.first { $0.status == .failed && $0.error?.isConsequence != true }
        let waiting = state.nodes.first { $0.status == .pending && $0.error != nil }
        let sentence: String
        switch state.status {
        case .succeeded:
            let warned = state.nodes.count { $0.result?.verdict == .warned }
            sentence = "done" + (warned == 0 ? "" : ", with \(warned.counted("warning", "warnings"))")
        case .running: sentence = isHeld ? "still going on" : "cut off; nobody goes on with it now"
        case .failed: sentence = "failed" + (failed.map { " at '\($0.id)'" } ?? "")
        case .stopped: sentence = "stopped" + (waiting.map { "; '\($0.id)' waits" } ?? "") + "; it can be resumed"
        case .rollingBack: sentence = isHeld ? "being rolled back" : "its rollback was stopped"
        case .rolledBack: sentence = "rolled back"
        case .rollbackIncomplete: sentence = "rolled back in part; a person is needed"
        case .abandoned: sentence = "abandoned by a person"
        }
        self.init(status: state.status, isGood: state.status == .succeeded, sentence: sentence)
    }
}

extension RunReport.Part {
    fileprivate static func all(_ plan: Plan) -> [Self] {
        var parts = [
            Self(role: "source", what: "\(plan.source.endpoint) (\(plan.source.engine.rawValue))"),
            Self(role: "target", what: "\(plan.target.endpoint) (\(plan.target.engine.rawValue))"),
        ]
        if let sentinel = plan.sentinel {
            let addresses = sentinel.endpoints.map(\.description).joined(separator: ", ")
            parts.append(Self(role: "Sentinels", what: "\(addresses), primary '\(sentinel.primary)'"))
        }
        return parts
    }

    /// What a reader looks for first.
    fileprivate static func measured(_ state: RunState) -> [Self] {
        [RunSummary.failures(state), RunSummary.writeGap(state)].compactMap(\.self).flatMap { row in
            row.entries.prefix(most).map { Self(role: row.name, what: $0) }
                + (row.entries.count > most
                    ? [Self(role: row.name, what: "and \(row.entries.count - most) more, see below")] : [])
        }
    }

    private static let most = 3
}

extension RunReport.Entry {
    fileprivate static func all(_ state: RunState, _ plan: Plan?, isHeld: Bool) -> [Self] {
        let kinds = Dictionary((plan?.steps ?? []).map { ($0.id, $0.kind.name.rawValue) }) { first, _ in first }
        var steps: [Self] = []
        for node in state.nodes {
            let entry = Self(node, kind: node.id.check == nil ? kinds[node.id.step] : nil, isHeld: isHeld)
            guard node.id.check != nil else {
                steps.append(entry)
                continue
            }
            let owner = NodeID(step: node.id.step)
            if steps.last?.id.step != node.id.step {
                steps.append(
                    Self(id: owner, kind: kinds[owner.step], standing: .notBegun, attempts: 0))
            }
            steps[steps.count - 1].checks.append(entry)
        }
        return steps.map { $0.checks.isEmpty ? $0 : $0.summingUp }
    }

    fileprivate init(_ node: RunState.Node, kind: String?, isHeld: Bool) {
        let hasEnded = node.status != .started && node.status != .pending
        self.init(
            id: node.id, kind: kind, standing: RunReport.Standing(node, isHeld: isHeld), begun: node.startedAt,
            ended: hasEnded ? node.finishedAt : nil, attempts: node.attempts, said: node.result?.summary,
            facts: node.result?.facts ?? [:], help: node.result?.help ?? [], failure: node.error,
            back: node.undoResult.map { RunReport.Deed(said: $0.summary, facts: $0.facts) })
    }

    /// A step that consists of checks, as a whole.
    private var summingUp: Self {
        var step = self
        let worst: [RunReport.Standing] = [
            .failed, .unknown, .running, .waiting, .notUndone, .warned, .succeeded, .undone, .notBegun,
        ]
        let all = checks.map(\.standing) + (attempts > 0 ? [standing] : [])
        step.standing = worst.first(where: all.contains) ?? .notBegun
        step.begun = (checks.compactMap(\.begun) + [begun].compactMap(\.self)).min()
        let ends = checks.map(\.ended)
        step.ended = ends.contains(nil) && step.standing != .failed ? nil : ends.compactMap(\.self).max()
        step.attempts = max(attempts, checks.map(\.attempts).max() ?? 0)
        if said == nil {
            let counts = worst.compactMap { standing in
                let count = checks.count { $0.standing == standing }
                return count == 0 ? nil : "\(count) \(standing.words)"
            }
            step.said = "\(checks.count.counted("check", "checks")): " + counts.joined(separator: ", ")
        }
        return step
    }
}

extension RunReport.Standing {
    fileprivate init(_ node: RunState.Node, isHeld: Bool) {
        switch node.status {
        case .pending: self = node.error == nil ? .notBegun : .waiting
        case .started: self = isHeld ? .running : .unknown
        case .succeeded: self = node.result?.verdict == .warned ? .warned : .succeeded
        case .failed: self = .failed
        case .undone: self = .undone
        case .undoFailed: self = .notUndone
        }
    }

    /// For a person.
    var words: String {
        switch self {
        case .notBegun: "not begun"
        case .running: "going on"
        case .waiting: "waiting"
        case .unknown: "begun, its end is not recorded"
        case .succeeded: "ok"
        case .warned: "warning"
        case .failed: "failed"
        case .undone: "taken back"
        case .notUndone: "not taken back"
        }
    }
}

extension RunReport.Back {
    fileprivate init(_ state: RunState, _ plan: Plan?, isHeld: Bool, _ commands: CommandLines) {
        let next = isHeld ? [] : NextSteps(recorded: state, commands).all
        let end = plan?.firstStep(of: .decommission)
        let isDecommissioned = end.flatMap { state[NodeID(step: $0.id)] }?.status == .succeeded
        self.init(
            sentence: isDecommissioned
                ? "there is none any more: the old servers were taken out of service"
                : plan.map { PlanHeader(plan: $0).wayBack } ?? "this planrun cannot read the recorded plan",
            commands: next.map { Command(line: $0.line, meaning: $0.meaning) })
    }
}
