import Execution
import PlanGraph

/// Holds back the passed checks of a step until none of its checks is running, then shows many of them as one line.
///
/// A preflight has some fifty checks. Those that warn or fail are shown at once.
struct PassedChecks: Sendable {
    /// Up to this many passed checks of one step are shown one by one: the few checks of a `verify` are read as
    /// evidence.
    static let shownSingly = 5

    enum Item: Sendable, Equatable {
        case event(RunEvent)
        case passed(Group, at: Timestamp)
    }

    struct Group: Sendable, Equatable {
        var step: String
        var count: Int
        /// The time from the first start to the last end; `nil` if all of them passed in an earlier run.
        var took: Duration?

        var text: String { "\(count) checks passed" }
    }

    private struct Held {
        var step: String
        var began: Timestamp
        var ended: Timestamp
        var running: Set<NodeID> = []
        var passed: [RunEvent] = []
        var isFromBefore = true
    }

    private var held: Held?

    /// Takes in the next event, and returns what is to be shown now, in order.
    mutating func receive(_ event: RunEvent) -> [Item] {
        guard case .step(let node, _, let outcome) = event.kind, node.check != nil else {
            return rest(unlessRunning: true) + [.event(event)]
        }
        var items: [Item] = []
        if let held, held.step != node.step { items = rest(unlessRunning: false) }
        var group = held ?? Held(step: node.step, began: event.at, ended: event.at)
        switch outcome {
        case .started:
            group.running.insert(node)
            items.append(.event(event))
        case .succeeded, .kept:
            group.running.remove(node)
            if case .succeeded = outcome { group.isFromBefore = false }
            group.passed.append(event)
        case .warned, .failed, .interrupted, .paused:
            group.running.remove(node)
            items.append(.event(event))
        case .progress, .retrying: items.append(.event(event))
        }
        group.ended = event.at
        held = group
        return items
    }

    /// The events that are still held back. Call it after the last event.
    mutating func rest() -> [Item] { rest(unlessRunning: false) }

    private mutating func rest(unlessRunning: Bool) -> [Item] {
        guard let group = held, !unlessRunning || group.running.isEmpty else { return [] }
        held = nil
        guard group.passed.count > Self.shownSingly else { return group.passed.map { .event($0) } }
        let took = group.isFromBefore ? nil : group.began.duration(to: group.ended)
        return [.passed(Group(step: group.step, count: group.passed.count, took: took), at: group.ended)]
    }
}
