import Escaping
import FoundationEssentials
import PlanGraph

/// An event as one flat JSON object: `type` says which of the other keys are there. `schemas/event.schema.json` is the
/// contract.
extension RunEvent: Codable {
    /// It is raised when a key goes or changes its meaning. A reader must pass over keys that it does not know.
    package static let format = 1

    package init(from decoder: any Decoder) throws {
        let line = try Line(from: decoder)
        guard line.format == Self.format, let kind = line.kind else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an event of a run: \(line.type)"))
        }
        self.init(at: line.at, run: line.run, kind)
    }

    package func encode(to encoder: any Encoder) throws { try Line(self).encode(to: encoder) }

    /// The event as one line of JSON, without a line feed.
    package var json: String { Self.json(Line(self)) }

    /// The same for somebody who gets some events of many plans.
    /// - Parameters:
    ///   - notification: why it is sent: an event's name under `notify` in a plan.
    ///   - plan: the name of the plan.
    package func json(notification: String, plan: String) -> String {
        var line = Line(self)
        (line.notification, line.plan) = (notification, plan)
        return Self.json(line)
    }

    private static func json(_ line: Line) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else {
            preconditionFailure("an event holds only strings, numbers and lists of them")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }

    fileprivate struct Line: Codable {
        var format: Int
        var type: String
        var at: Timestamp
        var run: String
        var notification: String?
        var plan: String?
        var nodes: Int?
        var resumed: Bool?
        var step: NodeID?
        var attempt: Int?
        var activity: String?
        var now: String?
        var wanted: String?
        var fraction: Double?
        var remainingSeconds: Double?
        var untilTimeoutSeconds: Double?
        var figures: [Figure: Double]?
        var finding: String?
        var result: StepResult?
        var unchanged: String?
        var failure: StepFailure?
        var tookSeconds: Double?
        var retryAfterSeconds: Double?
        var outcome: String?
        var error: StoreFailure?
    }
}

extension RunEvent.Line {
    init(_ event: RunEvent) {
        self.init(format: RunEvent.format, type: "", at: event.at, run: event.run)
        switch event.kind {
        case .runStarted(let info): start("run", info)
        case .rollbackStarted(let info): start("rollback", info)
        case .runDraining: type = "run-draining"
        case .runCancelling: type = "run-cancelling"
        case .runFinished(let ending): finish(ending)
        case .rollbackFinished(let ending): finish(ending)
        case .step(let node, let attempt, let event): tell("step", node, attempt, event)
        case .undo(let node, let attempt, let event): tell("undo", node, attempt, event)
        }
    }

    private mutating func start(_ word: String, _ info: RunEvent.RunInfo) {
        type = "\(word)-started"
        (plan, nodes, resumed) = (info.planName, info.nodes, info.isResumed)
    }

    private mutating func finish(_ ending: RunOutcome.Ending) {
        type = "run-finished"
        switch ending {
        case .succeeded: outcome = "succeeded"
        case .failed(let id): (outcome, step) = ("failed", id)
        case .interrupted: outcome = "interrupted"
        case .paused(let id): (outcome, step) = ("paused", id)
        case .stateWriteFailed(let cause): (outcome, error) = ("state-write-failed", cause)
        case .leaseLost(let cause): (outcome, error) = ("lease-lost", cause)
        }
    }

    private mutating func finish(_ ending: RollbackOutcome.Ending) {
        type = "rollback-finished"
        switch ending {
        case .complete: outcome = "complete"
        case .incomplete(let id): (outcome, step) = ("incomplete", id)
        case .interrupted: outcome = "interrupted"
        case .stateWriteFailed(let cause): (outcome, error) = ("state-write-failed", cause)
        case .leaseLost(let cause): (outcome, error) = ("lease-lost", cause)
        }
    }

    private mutating func tell(_ word: String, _ id: NodeID, _ number: Int, _ event: RunEvent.StepEvent) {
        (step, attempt) = (id, number)
        type = "\(word)-\(event.name)"
        switch event {
        case .started, .interrupted: break
        case .progress(let progress):
            (activity, now, wanted) = (progress.activity, progress.now, progress.wanted)
            (fraction, remainingSeconds) = (progress.fraction, progress.remaining?.inSeconds)
            untilTimeoutSeconds = progress.untilTimeout?.inSeconds
            figures = progress.figures.isEmpty ? nil : progress.figures
        case .finding(let text): finding = text
        case .succeeded(let result, let took, let unchanged):
            (self.result, tookSeconds, self.unchanged) = (result.withoutMemo, took.inSeconds, unchanged)
        case .warned(let result, let took): (self.result, tookSeconds) = (result.withoutMemo, took.inSeconds)
        case .failed(let failure, let took): (self.failure, tookSeconds) = (failure, took.inSeconds)
        case .retrying(let failure, let after): (self.failure, retryAfterSeconds) = (failure, after.inSeconds)
        case .paused(let failure): self.failure = failure
        case .kept(let result): self.result = result?.withoutMemo
        }
    }
}

extension StepResult {
    /// What later steps have to know is no part of an event: it may be long, and nobody reads it.
    fileprivate var withoutMemo: StepResult {
        var result = self
        result.memo = nil
        return result
    }
}

extension RunEvent.StepEvent {
    fileprivate var name: String {
        switch self {
        case .started: "started"
        case .progress: "progress"
        case .finding: "finding"
        case .succeeded: "succeeded"
        case .warned: "warned"
        case .failed: "failed"
        case .retrying: "retrying"
        case .paused: "paused"
        case .interrupted: "interrupted"
        case .kept: "kept"
        }
    }
}

extension RunEvent.Line {
    var kind: RunEvent.Kind? {
        switch type {
        case "run-started": info.map { .runStarted($0) }
        case "rollback-started": info.map { .rollbackStarted($0) }
        case "run-draining": .runDraining
        case "run-cancelling": .runCancelling
        case "run-finished": runEnding.map { .runFinished($0) }
        case "rollback-finished": rollbackEnding.map { .rollbackFinished($0) }
        default: stepKind
        }
    }

    private var info: RunEvent.RunInfo? {
        guard let plan, let nodes, let resumed else { return nil }
        return RunEvent.RunInfo(planName: plan, nodes: nodes, isResumed: resumed)
    }

    private var runEnding: RunOutcome.Ending? {
        switch outcome {
        case "succeeded": .succeeded
        case "failed": step.map { .failed($0) }
        case "interrupted": .interrupted
        case "paused": step.map { .paused($0) }
        case "state-write-failed": error.map { .stateWriteFailed($0) }
        case "lease-lost": error.map { .leaseLost($0) }
        default: nil
        }
    }

    private var rollbackEnding: RollbackOutcome.Ending? {
        switch outcome {
        case "complete": .complete
        case "incomplete": step.map { .incomplete($0) }
        case "interrupted": .interrupted
        case "state-write-failed": error.map { .stateWriteFailed($0) }
        case "lease-lost": error.map { .leaseLost($0) }
        default: nil
        }
    }

    private var stepKind: RunEvent.Kind? {
        let words = type.split(separator: "-", maxSplits: 1)
        guard let step, let attempt, words.count == 2, let event = stepEvent(String(words[1])) else { return nil }
        switch words[0] {
        case "step": return .step(step, attempt: attempt, event)
        case "undo": return .undo(step, attempt: attempt, event)
        default: return nil
        }
    }

    private func stepEvent(_ name: String) -> RunEvent.StepEvent? {
        let took = Duration.seconds(tookSeconds ?? 0)
        switch name {
        case "started": return .started
        case "progress":
            return activity.map { activity in
                var progress = Progress(
                    activity, now: now ?? "", wanted: wanted ?? "", fraction: fraction,
                    remaining: remainingSeconds.map { .seconds($0) }, figures: figures ?? [:])
                progress.untilTimeout = untilTimeoutSeconds.map { .seconds($0) }
                return .progress(progress)
            }
        case "finding": return finding.map { .finding($0) }
        case "succeeded": return result.map { .succeeded($0, took: took, unchanged: unchanged) }
        case "warned": return result.map { .warned($0, took: took) }
        case "failed": return failure.map { .failed($0, took: took) }
        case "retrying": return failure.map { .retrying($0, after: .seconds(retryAfterSeconds ?? 0)) }
        case "paused": return failure.map { .paused($0) }
        case "interrupted": return .interrupted
        case "kept": return .kept(result)
        default: return nil
        }
    }
}
