package import PlanGraph

/// Decides what a run does next, and nothing else: it knows no servers, no files and no clock.
///
/// A node starts once all that it needs has succeeded. The first failure stops the run: nothing more is started, and
/// everything that is running may finish. A node that waits for a person holds up only what needs it.
///
/// A node that is repeated has succeeded after its first pass. Later passes run beside what follows; a point of no return
/// begins when none of them runs any more, and none begins after that.
package struct RunStateMachine: Sendable {
    package enum Outcome: Sendable, Equatable {
        case succeeded
        /// The node that failed first.
        case failed(NodeID)
        case interrupted
        /// The node that was the first to wait for a person.
        case paused(NodeID)
    }

    package enum Action: Sendable, Equatable {
        /// Start these nodes. They are in the order of the graph.
        case start([NodeID])
        case wait
        /// Call `retryDue` after this time.
        case retry(NodeID, after: Duration)
        /// Start a node that has succeeded anew, beside what needs it.
        case renew(NodeID)
        /// Stop the nodes that are running; each still reports how it ended.
        case cancel
        case finish(Outcome)
    }

    /// What a failure does to the nodes that do not need the failed one.
    package enum FailureRule: Sendable, Equatable {
        /// They are not started. This is the rule of a run.
        case stop
        /// They go on. This is the rule of a rollback, where each undo that works is one thing less to do by hand.
        case goOn
    }

    private enum Phase {
        case idle, running
        case draining(Outcome)
        case finished
    }

    private let graph: StepGraph
    private let policies: [NodeID: NodePolicy]
    private let rule: FailureRule
    private var phase = Phase.idle
    /// For each node, how many of its needs have not succeeded yet.
    private var unmet: [Int]
    private var kept: Set<Int> = []
    private var running: Set<Int> = []
    /// Nodes that wait for the time of their next attempt.
    private var resting: Set<Int> = []
    /// Nodes that have succeeded and are made anew.
    private var renewing: Set<Int> = []
    /// Points of no return that wait until nothing is made anew.
    private var held: [Int] = []
    /// Whether nodes that are made anew are to be stopped, because a point of no return begins.
    package private(set) var endsRenewals = false
    private var attempts: [Int: Int] = [:]
    /// The outcome if everything else succeeds; `nil` is success.
    private var blemish: Outcome?

    package init(graph: StepGraph, policies: [NodeID: NodePolicy] = [:], onFailure rule: FailureRule = .stop) {
        self.graph = graph
        self.policies = policies
        self.rule = rule
        self.unmet = graph.edges.needs.map(\.count)
    }

    /// How often the node was started in this run.
    package func attempts(of id: NodeID) -> Int { graph.edges.positions[id].flatMap { attempts[$0] } ?? 0 }

    /// - Parameter kept: nodes that need not run again. Each counts as succeeded as soon as all that it needs has
    ///   succeeded.
    package mutating func begin(kept: Set<NodeID> = []) -> Action {
        guard case .idle = phase else { preconditionFailure("a run begins once") }
        self.kept = Set(kept.compactMap { graph.edges.positions[$0] })
        phase = .running
        return start(released(from: unmet.indices.filter { unmet[$0] == 0 }))
    }

    package mutating func succeeded(_ id: NodeID) -> Action {
        if let action = renewed(id) { return action }
        let position = end(id)
        switch phase {
        case .running: return start(released(from: meetNeeds(of: position)))
        case .draining: return settle()
        case .idle, .finished: preconditionFailure("'\(id)' succeeded outside a run")
        }
    }

    /// - Parameter random: a random number from 0 up to 1, for the time to the next attempt.
    package mutating func failed(_ id: NodeID, isTransient: Bool, random: Double) -> Action {
        if isRenewing(id) { return failedAnew(id, isTransient: isTransient) }
        let position = end(id)
        switch phase {
        case .running:
            let policy = policies[id] ?? NodePolicy()
            let attempt = attempts[position, default: 1]
            if isTransient, attempt <= policy.retries {
                resting.insert(position)
                return .retry(id, after: policy.backoff.delay(after: attempt, random: random))
            }
            return give(.failed(id))
        case .draining: return settle()
        case .idle, .finished: preconditionFailure("'\(id)' failed outside a run")
        }
    }

    /// The node waits for a person. What does not need it goes on.
    package mutating func paused(_ id: NodeID) -> Action {
        _ = end(id)
        switch phase {
        case .running:
            blemish = blemish ?? .paused(id)
            return settle()
        case .draining: return settle()
        case .idle, .finished: preconditionFailure("'\(id)' paused outside a run")
        }
    }

    /// The node was stopped before it had an outcome, which only happens to a run that is being stopped.
    package mutating func abandoned(_ id: NodeID) -> Action {
        if let action = renewed(id) { return action }
        _ = end(id)
        switch phase {
        case .draining: return settle()
        case .idle, .running, .finished: preconditionFailure("'\(id)' was abandoned, but nobody stopped the run")
        }
    }

    /// The time that `.retry` asked for is over. The run may have been stopped meanwhile.
    package mutating func retryDue(_ id: NodeID) -> Action {
        guard let position = graph.edges.positions[id], resting.remove(position) != nil else { return .wait }
        return start([position])
    }

    /// The time for another pass of a node that has succeeded.
    package mutating func renewalDue(_ id: NodeID) -> Action {
        guard case .running = phase, !endsRenewals, let position = graph.edges.positions[id] else { return .wait }
        renewing.insert(position)
        return .renew(id)
    }

    /// Whether a further pass of the node runs.
    package func isRenewing(_ id: NodeID) -> Bool { graph.edges.positions[id].map(renewing.contains) ?? false }

    /// Start nothing more, and let everything that is running finish.
    package mutating func interrupted() -> Action {
        drain(.interrupted)
        return settle()
    }

    /// Stop everything that is running.
    package mutating func cancelled() -> Action {
        drain(.interrupted)
        return running.isEmpty ? settle() : .cancel
    }
}

extension RunStateMachine {
    private mutating func end(_ id: NodeID) -> Int {
        guard let position = graph.edges.positions[id], running.remove(position) != nil else {
            preconditionFailure("'\(id)' reported, but it does not run")
        }
        return position
    }

    /// - Returns: `nil` if no further pass of the node runs.
    private mutating func renewed(_ id: NodeID) -> Action? {
        guard let position = graph.edges.positions[id], renewing.remove(position) != nil else { return nil }
        guard renewing.isEmpty, !held.isEmpty else { return .wait }
        defer { held = [] }
        return start(held)
    }

    /// What passes by itself does not undo what an earlier pass has found.
    private mutating func failedAnew(_ id: NodeID, isTransient: Bool) -> Action {
        guard case .running = phase, !isTransient else { return renewed(id) ?? .wait }
        renewing = renewing.filter { graph.nodes[$0].id != id }
        return give(.failed(id))
    }

    /// Keeps points of no return back while something is made anew.
    private mutating func holding(_ positions: [Int]) -> [Int] {
        let points = positions.filter { graph.nodes[$0].role == .pointOfNoReturn }
        if !points.isEmpty { endsRenewals = true }
        guard !renewing.isEmpty else { return positions }
        held += points
        return positions.filter { !points.contains($0) }
    }

    private mutating func start(_ ready: [Int]) -> Action {
        let positions = holding(ready)
        guard !positions.isEmpty else { return settle() }
        for position in positions {
            running.insert(position)
            attempts[position, default: 0] += 1
        }
        return .start(positions.map { graph.nodes[$0].id })
    }

    /// Counts one success, and returns the dependents of that node that now wait for nothing else.
    private mutating func meetNeeds(of position: Int) -> [Int] {
        var ready: [Int] = []
        for dependent in graph.edges.dependents[position] {
            unmet[dependent] -= 1
            if unmet[dependent] == 0 { ready.append(dependent) }
        }
        return ready
    }

    /// The nodes to start. A kept node counts as done at once, so the nodes that waited only for it are considered in
    /// its place.
    private mutating func released(from ready: [Int]) -> [Int] {
        var open = ready
        var started: [Int] = []
        while let position = open.popLast() {
            if kept.contains(position) { open += meetNeeds(of: position) } else { started.append(position) }
        }
        return started.sorted()
    }

    private mutating func give(_ outcome: Outcome) -> Action {
        switch rule {
        case .stop: drain(outcome)
        case .goOn:
            switch blemish {
            case .failed: break  // the first cause stays the cause
            case nil, .succeeded, .interrupted, .paused: blemish = outcome
            }
        }
        return settle()
    }

    /// If the run is being stopped already, the first cause remains its outcome.
    private mutating func drain(_ outcome: Outcome) {
        switch phase {
        case .running:
            phase = .draining(outcome)
            (resting, held) = ([], [])
        case .draining: break
        case .idle, .finished: preconditionFailure("a run was stopped that does not run")
        }
    }

    private mutating func settle() -> Action {
        guard running.isEmpty, resting.isEmpty, held.isEmpty else { return .wait }
        switch phase {
        case .running: return finish(blemish ?? .succeeded)
        case .draining(let outcome): return finish(outcome)
        case .idle, .finished: preconditionFailure("a run ended that does not run")
        }
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        phase = .finished
        return .finish(outcome)
    }
}
