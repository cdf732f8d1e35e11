import Execution
import PlanGraph
import PlanModel
import Synchronization
import Testing

@testable import Operations

/// `run`: commands that do not really run, and say how they end.
struct RunOperationTests {
    private let hooks = FakeHooks()
    private let process = FakeProcess(SharedWorld(SmallWorld()))

    private func operation(
        _ settings: String = "undo: [flag, 'off']", person: HookVerdict? = nil
    ) throws -> any Operation {
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [10.0.0.3:26379] }
            steps: [{ run: { command: [flag, 'on'], \(settings) } }]
            """)
        return try CompiledPlan(plan).operations(
            servers: process.servers(plan), approver: Person(verdict: person), hooks: hooks
        ).operation(for: "run")
    }

    /// One attempt as the executor makes it.
    private func attempt(_ operation: any Operation) async throws -> (result: StepResult, unchanged: String?) {
        switch try await operation.inspect(process.context()) {
        case .done(let why): return (try await operation.verify(process.context()), why)
        case .ready(let undo):
            try process.save(undo ?? .object([:]))
            try await operation.perform(process.context())
            return (try await operation.verify(process.context()), nil)
        }
    }

    private func failure(_ body: () async throws -> Void) async throws -> StepFailure {
        try #require(await #expect(throws: StepFailure.self) { try await body() })
    }

    @Test func `it runs the command once, keeps what it printed, and is undone`() async throws {
        let operation = try operation()
        hooks.answer(HookEnd(exitCode: 0, output: ["turning on", "it is on"]), HookEnd(exitCode: 0))
        let first = try await attempt(operation)
        #expect(first.result.summary == "'flag on' ended well; it said last: it is on")
        #expect(first.result.facts == ["output": .array([.string("turning on"), .string("it is on")])])
        #expect(try await attempt(operation).unchanged?.hasPrefix("'flag on' was done at ") == true)
        #expect(hooks.calls == ["perform flag on"])
        #expect(try await operation.undo(process.context())?.summary == "'flag off' ended well")
        #expect(hooks.calls == ["perform flag on", "undo flag off"])
    }

    @Test func `what has failed is run again, and what may be half done is undone`() async throws {
        let operation = try operation()
        hooks.answer(
            HookEnd(exitCode: 2, output: ["no"]), HookEnd(exitCode: 0), HookEnd(exitCode: 1), HookEnd(exitCode: 0))
        let failed = try await failure { _ = try await attempt(operation) }
        #expect(failed.code == .operation(.runFailed))
        #expect(failed.what == "'flag on' ended with 2")
        #expect(failed.place == ["│ no"])
        #expect(!failed.isTransient)
        _ = try await operation.undo(process.context())
        #expect(try await failure { _ = try await attempt(operation) }.code == .operation(.runFailed))
        _ = try await attempt(operation)
        #expect(hooks.calls == ["perform flag on", "undo flag off", "perform flag on", "perform flag on"])
    }

    @Test func `75 means later`() async throws {
        hooks.answer(HookEnd(exitCode: 75))
        let operation = try operation()
        let later = try await failure { _ = try await attempt(operation) }
        #expect(later.code == .operation(.runLater))
        #expect(later.isTransient)
    }

    @Test func `what was cut off waits for a person who knows`() async throws {
        try process.save(StateValue(HookRecord.begun(["flag", "on"])))
        let paused = try await failure { _ = try await attempt(try operation()) }
        #expect(paused.isPause)
        #expect(paused.code == .operation(.runInterrupted))
        #expect(hooks.calls == [])
        let done = try await attempt(try operation(person: .done("--done run")))
        #expect(done.unchanged == "'flag on': it was done, says --done run")
        // The answer is kept.
        #expect(try await attempt(try operation()).unchanged?.hasPrefix("'flag on' was done at ") == true)
        #expect(hooks.calls == [])
    }

    @Test func `a person may have it run again`() async throws {
        try process.save(StateValue(HookRecord.begun(["flag", "on"])))
        hooks.answer(HookEnd(exitCode: 0))
        #expect(try await attempt(try operation(person: .again)).unchanged == nil)
        #expect(hooks.calls == ["perform flag on"])
    }

    @Test(arguments: [(0, []), (1, ["perform flag on"])] as [(Int, [String])])
    func `a check is asked instead of a person`(answer: Int, then: [String]) async throws {
        try process.save(StateValue(HookRecord.begun(["flag", "on"])))
        hooks.answer(HookEnd(exitCode: answer), HookEnd(exitCode: 0))
        let outcome = try await attempt(try operation("check: [flag, is-on]"))
        #expect(hooks.calls == ["check flag is-on"] + then)
        #expect((outcome.unchanged == nil) == !then.isEmpty)
    }

    @Test func `a check without an answer is no answer`() async throws {
        try process.save(StateValue(HookRecord.begun(["flag", "on"])))
        hooks.answer(HookEnd(exitCode: 127))
        let unclear = try await failure { _ = try await attempt(try operation("check: [flag, is-on]")) }
        #expect(unclear.code == .operation(.runCheckUnclear))
        #expect(hooks.calls == ["check flag is-on"])
    }

    @Test func `the first attempt asks neither the check nor a person`() async throws {
        hooks.answer(HookEnd(exitCode: 0))
        _ = try await attempt(try operation("check: [flag, is-on]"))
        #expect(hooks.calls == ["perform flag on"])
    }

    @Test func `what was never started is not asked about and not taken back`() async throws {
        let operation = try operation()
        let refused = try await failure { _ = try await attempt(operation) }
        #expect(refused.code == .operation(.runNotStarted))
        #expect(try await operation.undo(process.context()) == nil)
        hooks.answer(HookEnd(exitCode: 0))
        _ = try await attempt(operation)
        #expect(hooks.calls == ["perform flag on", "perform flag on"])
    }

    @Test func `its time was over, and nobody knows`() async throws {
        hooks.answer(HookEnd(exitCode: nil))
        let operation = try operation()
        let ended = try await failure { _ = try await attempt(operation) }
        #expect(ended.code == .operation(.runCutOff))
        #expect(ended.world == ["nobody knows whether it was done"])
        #expect(try await failure { _ = try await attempt(operation) }.isPause)
    }

    @Test func `without an undo it stays, and is said to`() async throws {
        hooks.answer(HookEnd(exitCode: 0))
        let operation = try operation("check: [flag, is-on]")
        _ = try await attempt(operation)
        #expect(
            try await operation.undo(process.context())?.summary == "the step has no 'undo': what 'flag on' did stays")
        let left = await operation.leftovers(try #require(process.undo))
        #expect(left.map(\.what) == ["'flag on' was run, and was not taken back; the plan has no 'undo'"])
    }

    @Test func `abandoned, it says what takes it back; a new run does not trust it`() async throws {
        hooks.answer(HookEnd(exitCode: 0))
        let operation = try operation()
        _ = try await attempt(operation)
        let undo = try #require(process.undo)
        #expect(await operation.leftovers(undo).map(\.commands) == [["flag off"]])
        try process.save(try #require(await operation.inherited(undo)))
        #expect(try await failure { _ = try await attempt(operation) }.isPause)
    }

    @Test func `a runbook has it with what planrun would give it, and no secret`() async throws {
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            steps:
              - run:
                  command: [./dns.sh, "two words"]
                  undo: [flag, 'off']
                  environment: { ZONE: a b, TOKEN: { env: DNS_TOKEN } }
                  directory: hooks
            """)
        let runbook = await Runbook.make(plan, nil)
        #expect(runbook.variables == ["DNS_TOKEN"])
        let task = try #require(runbook.tasks.first { $0.title == "run: a command of yours" })
        let lines = task.parts.flatMap { part -> [String] in
            if case .block(let block) = part { return block.lines.map(\.shell) }
            return []
        }
        let given = "PLANRUN_SOURCE=10.0.0.1:6379 PLANRUN_TARGET=10.0.0.2:6379 TOKEN=\"$DNS_TOKEN\" ZONE='a b'"
        #expect(
            lines == [
                "(cd . && env -C hooks PLANRUN_STEP=run PLANRUN_PHASE=perform \(given) \"$PWD\"/./dns.sh 'two words') && echo done",
                "(cd . && env -C hooks PLANRUN_STEP=run PLANRUN_PHASE=undo \(given) flag off) && echo done",
            ])
    }

    @Test func `nothing is run for who only looks`() async throws {
        try process.save(StateValue(HookRecord.begun(["flag", "on"])))
        let operation = try operation("check: [flag, is-on]")
        guard case .ready = try await operation.inspect(process.context(isLook: true)) else {
            Issue.record("a look asked the check")
            return
        }
        #expect(hooks.calls == [])
    }
}

/// Commands that end as a test says. Without an answer a command cannot be started.
private final class FakeHooks: HookRunner {
    private let state = Mutex<(calls: [String], answers: [HookEnd])>(([], []))

    var calls: [String] { state.withLock(\.calls) }
    func answer(_ ends: HookEnd...) { state.withLock { $0.answers += ends } }

    func run(_ call: HookCall, show: @escaping @Sendable (String) -> Void) async throws -> HookEnd {
        try state.withLock { state in
            state.calls.append("\(call.phase.rawValue) \(call.line)")
            guard !state.answers.isEmpty else { throw HookRefusal("there is no program 'flag'", help: "install it") }
            return state.answers.removeFirst()
        }
    }
}

private struct Person: Approver {
    let verdict: HookVerdict?

    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval { .nobodyToAsk }

    func verdict(on step: String, command: String) async throws -> HookVerdict? { verdict }
}
