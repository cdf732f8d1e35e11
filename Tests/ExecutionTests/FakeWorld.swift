import PlanGraph
import Synchronization
import Values

@testable import Execution

/// Stands for the servers in the executor's tests: switches that are on or off, and a log of who turned which.
final class FakeWorld: Sendable {
    private let state = Mutex((on: Set<String>(), log: [String]()))

    var on: Set<String> { state.withLock { $0.on } }
    var log: [String] { state.withLock { $0.log } }

    /// Turns a switch. Only a change is logged.
    func turn(_ name: String, on isOn: Bool) {
        state.withLock { state in
            let changed = isOn ? state.on.insert(name).inserted : state.on.remove(name) != nil
            if changed { state.log.append((isOn ? "+" : "-") + name) }
        }
    }

    func note(_ line: String) { state.withLock { $0.log.append(line) } }
}

/// Stands for the end of a process: after a number of moments nothing that the process does has an effect.
final class Doom: Sendable {
    struct Dead: Error {}

    private let left: Mutex<Int>

    init(after moments: Int = .max) { left = Mutex(moments) }

    var isDead: Bool { left.withLock { $0 <= 0 } }

    func moment() throws {
        let isAlive = left.withLock { left in
            if left > 0 { left -= 1 }
            return left > 0
        }
        guard isAlive else { throw Dead() }
    }
}

/// An operation made of closures. Without any it succeeds at once.
struct FakeOperation: Operation {
    var onInspect: @Sendable (StepContext) async throws -> Inspection = { _ in .ready(undo: nil) }
    var onPerform: @Sendable (StepContext) async throws -> Void = { _ in }
    var onVerify: @Sendable (StepContext) async throws -> StepResult = { _ in StepResult("well") }
    var onUndo: @Sendable (StepContext) async throws -> String? = { _ in nil }
    var onPassage: @Sendable (StateValue?) -> Passage = { _ in .ahead }

    func inspect(_ context: StepContext) async throws -> Inspection { try await onInspect(context) }
    func perform(_ context: StepContext) async throws { try await onPerform(context) }
    func verify(_ context: StepContext) async throws -> StepResult { try await onVerify(context) }
    func undo(_ context: StepContext) async throws -> StepResult? {
        try await onUndo(context).map { StepResult($0) }
    }
    func passage(_ undo: StateValue?) async -> Passage { onPassage(undo) }
}

/// An operation that turns two switches on, one after the other, so that it can be interrupted between the two.
struct SwitchOperation: Operation {
    let name: String
    let world: FakeWorld
    let doom: Doom

    func inspect(_ context: StepContext) async throws -> Inspection {
        if world.on.isSuperset(of: ["\(name).fence", name]) { return .done("it is on") }
        return .ready(undo: context.undo ?? .object(["wasOn": .bool(world.on.contains(name))]))
    }

    func perform(_ context: StepContext) async throws {
        try turn("\(name).fence", on: true)
        try turn(name, on: true)
    }

    func verify(_ context: StepContext) async throws -> StepResult {
        guard world.on.contains(name) else {
            throw StepFailure(code: FailureCode(word: "is-off"), what: "'\(name)' is off")
        }
        return StepResult("it is on")
    }

    func undo(_ context: StepContext) async throws -> StepResult? {
        guard let undo = context.undo, undo["wasOn"] == .bool(false) else { return nil }
        guard !world.on.isDisjoint(with: ["\(name).fence", name]) else { return nil }
        try turn(name, on: false)
        try turn("\(name).fence", on: false)
        return StepResult("it was turned off")
    }

    private func turn(_ name: String, on: Bool) throws {
        try doom.moment()
        world.turn(name, on: on)
        try doom.moment()
    }
}

struct FakeProvider: OperationProvider {
    let operations: [NodeID: any Operation]

    init(_ operations: [NodeID: any Operation] = [:]) { self.operations = operations }

    func operation(for node: NodeID) -> any Operation { operations[node] ?? FakeOperation() }
}

/// Remembers events, and lets a test wait for one.
final class EventLog: Sendable {
    private struct State {
        var events: [RunEvent] = []
        var watchers: [(matches: @Sendable (RunEvent.Kind) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            []
    }

    private let state = Mutex(State())

    var kinds: [RunEvent.Kind] { state.withLock { $0.events.map(\.kind) } }
    /// A few words for each event, such as `step-started replicaof`.
    var lines: [String] {
        kinds.map { kind in
            switch kind {
            case .runStarted: "run-started"
            case .runDraining: "run-draining"
            case .runCancelling: "run-cancelling"
            case .runFinished: "run-finished"
            case .rollbackStarted: "rollback-started"
            case .rollbackFinished: "rollback-finished"
            case .step(let id, _, let event): "\(id) \(Self.word(event))"
            case .undo(let id, _, let event): "undo \(id) \(Self.word(event))"
            }
        }
    }

    func record(_ event: RunEvent) {
        let woken = state.withLock { state in
            state.events.append(event)
            let woken = state.watchers.filter { $0.matches(event.kind) }.map(\.continuation)
            state.watchers.removeAll { $0.matches(event.kind) }
            return woken
        }
        for watcher in woken { watcher.resume() }
    }

    func first(where matches: @escaping @Sendable (RunEvent.Kind) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.events.contains(where: { matches($0.kind) }) { return true }
                state.watchers.append((matches, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private static func word(_ event: RunEvent.StepEvent) -> String {
        switch event {
        case .started: "started"
        case .progress(let progress): "progress \(progress.now)"
        case .finding(let text): "finding \(text)"
        case .succeeded(_, _, let unchanged): unchanged == nil ? "succeeded" : "unchanged"
        case .warned: "warned"
        case .failed(let failure, _): "failed \(failure.code.word)"
        case .retrying(_, let after): "retrying \(after.planText)"
        case .paused: "paused"
        case .interrupted: "interrupted"
        case .kept: "kept"
        }
    }
}
