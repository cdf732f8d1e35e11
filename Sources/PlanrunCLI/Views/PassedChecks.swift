import Execution
import Operations
import PlanGraph

/// Holds back the passed checks of a step until none of its checks is running, then shows many of them as one line.
///
/// A preflight has some fifty checks. Those that warn or fail are shown at once. Where a check failed, the last line of
/// the step says so, because the line of the check itself may have scrolled out of sight.
struct PassedChecks: Sendable {
    /// Up to this many passed checks of one step are shown one by one: the few checks of a `verify` are read as
    /// evidence.
    static let shownSingly = 5

    enum Item: Sendable, Equatable {
        case event(RunEvent)
        case group(Group, at: Timestamp)
    }

    /// How the checks of one step ended.
    struct Group: Sendable, Equatable {
        var step: String
        var passed = 0
        var warned = 0
        var failed = 0
        /// What failed made it useless to ask them.
        var notAsked = 0
        /// The time from the first start to the last end; `nil` where all of them passed in an earlier run.
        var took: Duration?

        var mark: Mark { failed > 0 ? .failed : warned > 0 ? .warning : .ok }

        var text: String {
            if failed > 0 {
                let rest = [(passed, "passed"), (warned, "with a warning"), (notAsked, "not asked")]
                    .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
                let all = (passed + warned + failed + notAsked).counted("check", "checks")
                return "\(failed) of \(all) failed; \(rest.joined(separator: ", "))"
            }
            return "\(passed.counted("check", "checks")) passed" + (warned > 0 ? ", \(warned) with a warning" : "")
        }
    }

    private struct Held {
        var group: Group
        var began: Timestamp
        var ended: Timestamp
        var running: Set<NodeID> = []
        var events: [RunEvent] = []
        var isFromBefore = true
    }

    private var held: Held?

    /// Takes in the next event, and returns what is to be shown now, in order.
    mutating func receive(_ event: RunEvent) -> [Item] {
        guard case .step(let node, _, let outcome) = event.kind, node.check != nil else {
            return rest(unlessRunning: true) + [.event(event)]
        }
        var items: [Item] = []
        if let held, held.group.step != node.step { items = rest(unlessRunning: false) }
        var checks = held ?? Held(group: Group(step: node.step), began: event.at, ended: event.at)
        switch outcome {
        case .started: checks.running.insert(node)
        case .succeeded, .kept(.some):
            checks.group.passed += 1
            checks.events.append(event)
        case .kept(nil): break
        case .warned: checks.group.warned += 1
        case .failed(let failure, _) where failure.isConsequence: checks.group.notAsked += 1
        case .failed: checks.group.failed += 1
        case .interrupted, .paused, .progress, .finding, .retrying: break
        }
        switch outcome {
        case .started, .progress, .finding, .retrying: items.append(.event(event))
        case .succeeded, .kept(.some): checks.running.remove(node)
        case .failed(let failure, _) where failure.isConsequence: checks.running.remove(node)
        case .warned, .failed, .interrupted, .paused, .kept(nil):
            checks.running.remove(node)
            items.append(.event(event))
        }
        if case .kept = outcome {} else { checks.isFromBefore = false }
        checks.ended = event.at
        held = checks
        return items
    }

    /// The events that are still held back. Call it after the last event.
    mutating func rest() -> [Item] { rest(unlessRunning: false) }

    private mutating func rest(unlessRunning: Bool) -> [Item] {
        guard var checks = held, !unlessRunning || checks.running.isEmpty else { return [] }
        held = nil
        if !checks.isFromBefore { checks.group.took = checks.began.duration(to: checks.ended) }
        let summary = Item.group(checks.group, at: checks.ended)
        if checks.events.count > Self.shownSingly { return [summary] }
        let hasFailedAmongOthers = checks.group.failed > 0 && checks.group.passed + checks.group.notAsked > 0
        return checks.events.map { .event($0) } + (hasFailedAmongOthers ? [summary] : [])
    }
}
