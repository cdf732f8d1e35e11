import Escaping
package import Execution
import PlanModel

/// `run`: a command of the user's. planrun knows of it only how it ended.
///
/// The record says that the command begins before it is started, and how it ended before the step goes on. So a record
/// without an end means that planrun was killed in the middle, and that nobody knows whether the command was done: then
/// the plan's `check` is asked, and without one a person.
package struct RunOperation: Operation {
    let id: String
    let step: RunStep
    let servers: Servers
    let surroundings: Surroundings

    package func inspect(_ context: StepContext) async throws -> Inspection {
        guard !context.isLook, let record = try record(context) else { return .ready(undo: begun) }
        if let check = step.check {
            guard try await isDone(check, context) else { return .ready(undo: begun) }
            return try await done(record, "its check says that it was done", context)
        }
        switch record.exitCode {
        case 0: return .done("\(quoted(record.command)) was done at \(record.endedAt ?? record.startedAt)")
        case .some: return .ready(undo: begun)
        case nil: return try await asked(record, context)
        }
    }

    package func perform(_ context: StepContext) async throws {
        let end: HookEnd
        do {
            end = try await run(step.command, .perform, context)
        } catch let refusal as HookRefusal {
            // Nothing has begun, so there is nothing to ask about and nothing to take back.
            try await context.save(.object([:]))
            throw notStarted(step.command, refusal)
        }
        let record = (try record(context) ?? .begun(step.command)).ended(end)
        try await context.save(StateValue(record))
        switch end.exitCode {
        case 0: return
        case HookEnd.later: throw later(step.command, end)
        case let code?: throw failed(step.command, code, end)
        case nil: throw try cutOff(step.command, end, context)
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        guard let record = try record(context) else { return StepResult("\(quoted(step.command)) was done") }
        return result(record.command, record.output)
    }

    private func result(_ words: [String], _ output: [String]) -> StepResult {
        let last = output.last.map { "; it said last: \($0)" } ?? ""
        return StepResult(
            "\(quoted(words)) ended well\(last)", facts: ["output": .array(output.map { .string($0) })])
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard let record = try record(context) else { return nil }
        guard let undo = step.undo else {
            return StepResult("the step has no 'undo': what \(quoted(record.command)) did stays")
        }
        let end = try await answer(undo, .undo, context)
        switch end.exitCode {
        case 0: return result(undo, end.output)
        case HookEnd.later: throw later(undo, end)
        case let code?: throw failed(undo, code, end)
        case nil: throw try cutOff(undo, end, context)
        }
    }

    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        guard let record = try? undo.decode(HookRecord.self) else { return [] }
        let known = record.exitCode == 0 ? "was run" : "may have been run, or a part of it"
        let back = step.undo.map { words in
            RunStep.line([servers.plan.resolveProgram(words[0])] + words.dropFirst())
        }
        return [
            Leftover(
                "step '\(id)'",
                "\(quoted(record.command)) \(known), and was not taken back"
                    + (back == nil ? "; the plan has no 'undo'" : ""),
                commands: [back].compactMap(\.self))
        ]
    }

    /// Somebody has taken things into their own hands in between, so it is not known any more whether it is done.
    package func inherited(_ undo: StateValue) async -> StateValue? {
        guard var record = try? undo.decode(HookRecord.self) else { return nil }
        record.exitCode = nil
        return StateValue(record)
    }
}

extension RunOperation {
    private var begun: StateValue { StateValue(HookRecord.begun(step.command)) }

    /// `nil` if the command was never started.
    private func record(_ context: StepContext) throws -> HookRecord? {
        guard let undo = context.undo, undo != .object([:]) else { return nil }
        return try undo.decode(HookRecord.self)
    }

    private func run(_ words: [String], _ phase: HookCall.Phase, _ context: StepContext) async throws -> HookEnd {
        let call = HookCall(step: id, phase: phase, words: words, settings: step)
        context.report(Progress(quoted(words)))
        return try await surroundings.hooks.run(call) { line in
            context.report(Progress("\(quoted(words)), which says: \(line)"))
        }
    }

    private func answer(_ words: [String], _ phase: HookCall.Phase, _ context: StepContext) async throws -> HookEnd {
        do {
            return try await run(words, phase, context)
        } catch let refusal as HookRefusal {
            throw notStarted(words, refusal)
        }
    }

    private func isDone(_ check: [String], _ context: StepContext) async throws -> Bool {
        let end = try await answer(check, .check, context)
        if context.isDraining { throw CancellationError() }
        switch end.exitCode {
        case 0: return true
        case 1: return false
        case HookEnd.later: throw later(check, end)
        case let code?: throw unclear(check, code, end)
        case nil: throw try cutOff(check, end, context)
        }
    }

    private func asked(_ record: HookRecord, _ context: StepContext) async throws -> Inspection {
        switch try await surroundings.approver.verdict(on: id, command: RunStep.line(record.command)) {
        case .done(let how): return try await done(record, "it was done, says \(how)", context)
        case .again: return .ready(undo: begun)
        case nil: throw interrupted(record)
        }
    }

    /// Keeps the answer in the record, so that nobody is asked again.
    private func done(_ record: HookRecord, _ why: String, _ context: StepContext) async throws -> Inspection {
        if record.exitCode != 0 {
            try await context.save(StateValue(record.ended(HookEnd(exitCode: 0, output: record.output))))
        }
        return .done("\(quoted(record.command)): \(why)")
    }
}

private func quoted(_ words: [String]) -> String { "'\(RunStep.line(words))'" }

// MARK: Failures

extension RunOperation {
    /// How many of the last lines of a command a failure repeats.
    private static let linesShown = 5

    private func place(_ end: HookEnd) -> [String] {
        end.output.suffix(Self.linesShown).map { "│ \($0)" }
    }

    private func failed(_ words: [String], _ code: Int, _ end: HookEnd) -> StepFailure {
        StepFailure(
            code: .runFailed, what: "\(quoted(words)) ended with \(code)", place: place(end),
            world: ["planrun has changed no server in this step"],
            help: ["find out what the command did; it is run again on the next attempt"])
    }

    private func later(_ words: [String], _ end: HookEnd) -> StepFailure {
        StepFailure(
            code: .runLater, what: "\(quoted(words)) asks to be run later (exit code \(HookEnd.later))",
            place: place(end), world: ["planrun has changed no server in this step"],
            help: ["the step's 'retries' say how often it is tried again"], isTransient: true)
    }

    private func unclear(_ check: [String], _ code: Int, _ end: HookEnd) -> StepFailure {
        StepFailure(
            code: .runCheckUnclear, what: "the check \(quoted(check)) ended with \(code), which is no answer",
            place: place(end), world: ["the command was not run again"],
            help: ["a check ends with 0 if the command was done, with 1 if it was not, with 75 to be asked later"])
    }

    private func notStarted(_ words: [String], _ refusal: HookRefusal) -> StepFailure {
        StepFailure(
            code: .runNotStarted, what: "\(quoted(words)) was not started: \(refusal.what)",
            world: ["nothing was changed by this attempt"], help: [refusal.help])
    }

    /// The command was ended by planrun: because a person wants that, or because its time is over.
    private func cutOff(_ words: [String], _ end: HookEnd, _ context: StepContext) throws -> StepFailure {
        if context.isDraining { throw CancellationError() }
        return StepFailure(
            code: .runCutOff, what: "\(quoted(words)) was ended, with everything that it had started",
            place: place(end), world: ["nobody knows whether it was done"], help: [])
    }

    private func interrupted(_ record: HookRecord) -> StepFailure {
        StepFailure(
            code: .runInterrupted,
            what: "\(quoted(record.command)) was cut off in the middle, and nobody can tell whether it was done",
            place: record.output.suffix(Self.linesShown).map { "│ \($0)" },
            world: ["nothing was changed by this attempt"],
            help: ["give the step a 'check', and planrun asks that"], isPause: true)
    }
}
