import PlanGraph
import Synchronization

/// One try of one node, in a task of its own. It decides nothing: it reports its end to the driver's mailbox.
struct Attempt: Sendable {
    enum Direction: Sendable { case forward, back }

    enum End: Sendable {
        case succeeded(StepResult, unchanged: String?)
        /// `nil` if there was nothing to take back.
        case undone(StepResult?)
        case failed(StepFailure)
        /// The attempt took too long. The failure is what the operation threw when it was stopped, if it threw one.
        case timedOut(after: Duration, StepFailure?)
        case stopped
        /// The undo data could not be written to the store, and the operation did nothing after that.
        case notRecorded
    }

    let node: StepGraph.Node
    let direction: Direction
    let number: Int
    let undo: StateValue?
    let mark: StateValue?
    let renewed: RenewedMemos
    /// The memos of all results on record, by node. See `StepContext.memo(of:)`.
    let memos: [NodeID: StateValue]
    let timeout: Duration?
    let operation: any Operation
    let clock: any Clock<Duration>
    let mailbox: Mailbox
    let stopping: StopFlag

    func run() async {
        mailbox.send(.ended(node.id, await end()))
    }

    private enum Racer: Sendable {
        case work(End)
        case timer(hasRung: Bool)
    }

    /// Waits for the work even after its time is over: an operation that was cancelled may be in the middle of putting
    /// something right.
    private func end() async -> End {
        guard let timeout else { return await work() }
        return await withTaskGroup(of: Racer.self) { group in
            group.addTask { .work(await work()) }
            group.addTask { .timer(hasRung: (try? await clock.sleep(for: timeout)) != nil) }
            var isLate = false
            while let racer = await group.next() {
                switch racer {
                case .timer(let hasRung):
                    isLate = hasRung
                    if hasRung { group.cancelAll() }
                case .work(let end):
                    group.cancelAll()
                    return isLate ? end.late(after: timeout) : end
                }
            }
            preconditionFailure("the work is a child of this group and always ends")
        }
    }

    private func work() async -> End {
        do {
            switch direction {
            case .forward: return try await forward()
            case .back: return .undone(try await operation.undo(context(LatestUndo(undo))))
            }
        } catch let failure as StepFailure {
            return .failed(failure)
        } catch is CancellationError {
            return .stopped
        } catch is StoreFailure {
            return .notRecorded
        } catch {
            // Some libraries report a cancellation with errors of their own.
            return Task.isCancelled ? .stopped : .failed(.unexpected(error))
        }
    }

    private func forward() async throws -> End {
        let latest = LatestUndo(undo)
        switch try await operation.inspect(context(latest)) {
        case .done(let reason):
            return .succeeded(try await operation.verify(context(latest)), unchanged: reason)
        case .ready(let undo):
            if node.role.isEffect {
                try await mailbox.intend(node.id, undo: undo)
                if let undo { latest.value = undo }
            }
            try await operation.perform(context(latest))
            return .succeeded(try await operation.verify(context(latest)), unchanged: nil)
        }
    }

    private func context(_ latest: LatestUndo) -> StepContext {
        StepContext(
            node: node.id, undo: latest.value, attempt: number, clock: clock, memos: memos, mark: mark,
            renewed: { renewed[$0] },
            save: { undo in
                try await mailbox.intend(node.id, undo: undo)
                latest.value = undo
            },
            note: { mailbox.send(.mark(node.id, $0)) },
            report: { mailbox.send(.progress(node.id, $0)) },
            tell: { mailbox.send(.finding(node.id, $0)) },
            isDraining: { stopping.isDraining }, isLeaseLost: { stopping.isLeaseLost })
    }
}

extension Attempt.End {
    /// How this end counts if the time was already over. An attempt that finished has succeeded all the same. One that
    /// failed keeps its failure, which says in what state the servers are.
    fileprivate func late(after timeout: Duration) -> Self {
        switch self {
        case .succeeded, .undone, .notRecorded: self
        case .failed(let failure): .timedOut(after: timeout, failure)
        case .stopped, .timedOut: .timedOut(after: timeout, nil)
        }
    }
}

/// The undo data as last recorded, which the `inspect`, `perform` and `verify` of one attempt share. Nobody but that
/// attempt writes it.
private final class LatestUndo: Sendable {
    private let stored: Mutex<StateValue?>

    init(_ value: StateValue?) { stored = Mutex(value) }

    var value: StateValue? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}

/// What nodes that were made anew have left since, for attempts that began before.
final class RenewedMemos: Sendable {
    private let memos = Mutex<[NodeID: StateValue]>([:])

    subscript(node: NodeID) -> StateValue? { memos.withLock { $0[node] } }

    func note(_ memo: StateValue?, of node: NodeID) { memos.withLock { $0[node] = memo } }
}
