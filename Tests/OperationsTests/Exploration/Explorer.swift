@testable import Operations

/// Takes every way through a cutover: each order of what the servers do, each action answered, refused, lost before or
/// after it was carried out, each death, planrun's among them, and each resume; with so many mishaps in one run.
struct Explorer {
    struct Node: Hashable {
        var world = ModelWorld()
        /// `nil` while no planrun runs.
        var machine: CutoverStateMachine?
        var action: CutoverStateMachine.Action?
        var mishaps: Int
        var runs = 3
    }

    enum Violation: Hashable {
        case twoPrimaries
        case lostWrites
        /// The world is none that this outcome may leave.
        case wrongEnd(CutoverStateMachine.Outcome)
    }

    enum Ending: Hashable {
        case finished
        case unclear(code: OperationFailure)
    }

    let method: CutoverMethod
    let mishaps: Int
    let drains: Bool
    /// Every state that was reached, and from where first.
    private(set) var seen: [Node: Node?] = [:]
    private(set) var outcomes: Set<CutoverStateMachine.Outcome> = []
    /// What a resume would find where it has nothing to decide.
    private(set) var verdicts: Set<Ending> = []
    private(set) var violations: [Violation: Node] = [:]

    init(_ method: CutoverMethod, mishaps: Int, drains: Bool = true) {
        self.drains = drains
        self.method = method
        self.mishaps = mishaps
    }

    mutating func explore() {
        var start = Node(mishaps: mishaps)
        if method == .promote { (start.world.leader.isUp, start.world.other.isUp) = (false, false) }
        var queue = resumed(start)
        for node in queue { seen[node] = .some(nil) }
        // In the order in which they are found, so that the way to a violation is the shortest.
        var position = 0
        while position < queue.count {
            let node = queue[position]
            position += 1
            check(node)
            for next in successors(node) where seen[next] == nil {
                seen[next] = .some(node)
                queue.append(next)
            }
        }
    }

    /// How a state was reached, a line for each step.
    func way(to node: Node) -> String {
        var steps: [Node] = [node]
        while let last = steps.last, let before = seen[last] ?? nil { steps.append(before) }
        var previous = ModelWorld()
        return steps.reversed().map { node in
            defer { previous = node.world }
            let state = node.machine.map { "\($0.state)" } ?? "no planrun"
            return "  \(state) -> \(node.action.map { "\($0)" } ?? ""): \(node.world.difference(from: previous))"
        }.joined(separator: "\n")
    }

    private mutating func check(_ node: Node) {
        let world = node.world
        if world.isSplit { violate(.twoPrimaries, node) }
        if world.hasLost { violate(.lostWrites, node) }
        guard case .finish(let outcome)? = node.action else { return }
        outcomes.insert(outcome)
        if !isAllowed(outcome, world) { violate(.wrongEnd(outcome), node) }
    }

    private mutating func violate(_ violation: Violation, _ node: Node) {
        if violations[violation] == nil { violations[violation] = node }
    }

    private func isAllowed(_ outcome: CutoverStateMachine.Outcome, _ world: ModelWorld) -> Bool {
        switch outcome {
        case .handedOver: !world.targetFollows && (world.sourceFollows || !world.isSourceUp) && !world.isTargetBehind
        // A promotion that nobody was told of is turned back by the Sentinels.
        case .steppedBack(_, isUnfenced: true):
            !world.isSourceUp
                || !world.isFenced && !world.isPaused
                    && (world.targetFollows || !world.isTargetUp || !world.isTargetKnown)
        // These are told in words; resume finds out what became of them.
        case .steppedBack(_, isUnfenced: false), .overtaken, .rivalUnknown, .promotionUnknown, .turnedBack, .silent,
            .notAnnounced,
            .notSettled:
            true
        }
    }

    private mutating func successors(_ node: Node) -> [Node] {
        var nodes = node.world.moves.map { Node($0, node) }
        if node.mishaps > 0 {
            for world in node.world.deaths { nodes.append(Node(world, node, spending: 1)) }
            if let rival = rival(node) { nodes.append(Node(rival, node, spending: 1)) }
        }
        guard let machine = node.machine, let action = node.action else { return nodes + resumed(node) }
        if case .finish = action {
            var idle = node
            (idle.machine, idle.action) = (nil, nil)
            idle.world.mayPauseEnd = true
            return nodes + [idle]
        }
        if node.mishaps > 0 {
            var dead = Node(node.world, node, spending: 1)
            (dead.machine, dead.action) = (nil, nil)
            dead.world.mayPauseEnd = true
            nodes.append(dead)
        }
        for answer in answers(to: action, node) {
            var next = Node(answer.world, node, spending: answer.mishaps)
            for observation in observations(answer.event, &next.world) {
                var after = next
                after.world.mayPauseEnd = !observation.isPauseCertain
                var machine = machine
                after.action = machine.receive(observation)
                after.machine = machine
                nodes.append(after)
            }
        }
        return nodes
    }

    /// A Sentinel that fails over by itself. Before the fence is up that is what it always is, and so it is once a person
    /// has been told that nothing was promoted.
    private func rival(_ node: Node) -> ModelWorld? {
        guard node.world.isFenced, node.world.leader.isUp, node.world.leader.failover == nil,
            !node.world.leader.namesTarget, node.world.isTargetUp, node.world.targetFollows
        else { return nil }
        if case .lowering? = node.machine?.state { return nil }
        if node.machine == nil { return nil }
        var world = node.world
        world.leader.failover = .begun
        return world
    }

    private mutating func resumed(_ node: Node) -> [Node] {
        guard node.runs > 0, let situation = node.world.situation else { return [] }
        var next = node
        next.runs -= 1
        var machine = CutoverStateMachine(method: method, hasSentinels: method != .promote, drains: drains)
        switch situation.verdict {
        case .notStarted:
            // Sentinels that are busy are waited for.
            guard node.world.leader.failover == nil, node.world.other.failover == nil else { return [] }
            next.world.phase = .fencing
            next.action = machine.begin()
        case .promoted: next.action = machine.goOn(isBound: method == .promote || node.world.sourceFollows)
        case .finished:
            verdicts.insert(.finished)
            return []
        case .unclear(let code, _):
            verdicts.insert(.unclear(code: code))
            return []
        }
        next.machine = machine
        return [next]
    }
}

extension Explorer.Node {
    fileprivate init(_ world: ModelWorld, _ node: Self, spending mishaps: Int = 0) {
        self = node
        self.world = world
        self.mishaps -= mishaps
    }
}

/// What an action does to the world, and what the driver would say of it.
extension Explorer {
    fileprivate struct Answer {
        var world: ModelWorld
        var event: CutoverStateMachine.Event
        var mishaps = 0
    }

    fileprivate func observations(
        _ event: CutoverStateMachine.Event, _ world: inout ModelWorld
    ) -> [CutoverStateMachine.Observation] {
        let certainties = world.isPaused ? [true, false] : [false]
        return certainties.flatMap { isCertain in
            [false, true].map { isLate in
                .init(event: event, isPauseCertain: isCertain, isLate: isLate, isOverdue: isLate)
            }
        }
    }

    fileprivate func answers(to action: CutoverStateMachine.Action, _ node: Node) -> [Answer] {
        let world = node.world
        switch action {
        case .compareOffsets: return [read(world, world.isTargetUp, compared(world))] + lost(node)
        case .readRole:
            return [read(world, world.isTargetUp, world.targetFollows ? .isReplica : .isPrimary)] + lost(node)
        case .readSentinels:
            return [Answer(world: world, event: .sentinels(world.sentinelsSeen))]
        case .wait(let isRenewing):
            var world = world
            if isRenewing, !world.isSourceUp { world.isPaused = false }
            return [Answer(world: world, event: .done)]
        case .finish: return []
        case .record(let phase):
            var recorded = world
            recorded.phase = phase
            return [Answer(world: recorded, event: .done)]
                + (node.mishaps > 0 ? [Answer(world: world, event: .refused, mishaps: 1)] : [])
        default: return effects(action, node)
        }
    }

    /// An effect is carried out and answered, or not carried out, or carried out without an answer.
    private func effects(_ action: CutoverStateMachine.Action, _ node: Node) -> [Answer] {
        let world = node.world
        guard isReachable(action, world) else { return [Answer(world: world, event: .refused)] }
        let changed = changed(world, by: action)
        guard node.mishaps > 0 else { return [Answer(world: changed, event: .done)] }
        return [
            Answer(world: changed, event: .done), Answer(world: world, event: .refused, mishaps: 1),
            Answer(world: world, event: unanswered(action), mishaps: 1),
            Answer(world: changed, event: unanswered(action), mishaps: 1),
        ]
    }

    /// The driver takes a lost reply for done where it may have been, and for refused where trying again is right.
    private func unanswered(_ action: CutoverStateMachine.Action) -> CutoverStateMachine.Event {
        switch action {
        case .askSentinel, .shutDown, .promote: .done
        default: .refused
        }
    }

    private func isReachable(_ action: CutoverStateMachine.Action, _ world: ModelWorld) -> Bool {
        switch action {
        case .raiseFence, .holdWrites, .shutDown, .demote, .lowerFence, .settle: world.isSourceUp
        case .promote, .lookForRefusals: world.isTargetUp
        case .askSentinel: world.leader.isUp
        default: true
        }
    }

    private func changed(_ world: ModelWorld, by action: CutoverStateMachine.Action) -> ModelWorld {
        var world = world
        switch action {
        case .raiseFence: world.isFenced = true
        case .holdWrites: if !world.sourceFollows { world.isPaused = true }
        case .askSentinel, .askSentinelAgain:
            if world.leader.failover == nil, !world.leader.namesTarget, world.leader.isUp {
                world.leader.failover = .asked(isDrained: !world.isTargetBehind)
            }
        case .shutDown:
            world.isSourceUp = false
            world.isPaused = false
        case .promote: world.promoteTarget()
        case .demote: world.demoteSource()
        case .announce:
            if world.leader.isUp { (world.leader.namesTarget, world.leader.failover) = (true, nil) }
            if world.other.isUp { (world.other.namesTarget, world.other.failover) = (true, nil) }
            world.isTargetKnown = world.isTargetKnown || world.leader.isUp || world.other.isUp
        case .releaseClients: world.isPaused = false
        case .settle:
            if !world.sourceFollows { world.demoteSource() }
            world.isFenced = false
        case .lowerFence:
            world.isFenced = false
            world.isPaused = false
        case .compareOffsets, .lookForRefusals, .record, .readRole, .readSentinels, .wait, .finish: break
        }
        return world
    }

    private func compared(_ world: ModelWorld) -> CutoverStateMachine.Event {
        world.targetFollows ? (world.isTargetBehind || !world.isLinked ? .behind : .reached) : .detached
    }

    private func read(
        _ world: ModelWorld, _ isUp: Bool, _ event: CutoverStateMachine.Event
    ) -> Answer { Answer(world: world, event: isUp ? event : .unanswered) }

    private func lost(_ node: Node) -> [Answer] {
        node.mishaps > 0 ? [Answer(world: node.world, event: .unanswered, mishaps: 1)] : []
    }
}
