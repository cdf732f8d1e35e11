@testable import Operations

/// Takes every way through a cutover. It tries each order of what the servers do, each action answered, refused, or
/// lost before or after it was carried out, each timer that expires, each death (that of planrun, too) and each resume.
/// The number of mishaps on one way is limited.
struct Explorer {
    struct Node: Hashable {
        var world = ModelWorld()
        /// `nil` while no planrun runs.
        var machine: CutoverStateMachine?
        var action: CutoverStateMachine.Action?
        var mishaps: Int
        /// The number of runs that may still be begun.
        var runs: Int
    }

    enum Violation: Hashable {
        case twoPrimaries
        case lostWrites
        /// An outcome that must not leave this world.
        case wrongEnd(OutcomeName, Aftermath)
        /// Nothing is left to do, and clients are where no write is taken.
        case stuckClients
    }

    enum Ending: Hashable {
        case finished
        case unclear(code: OperationFailure)
    }

    let method: CutoverMethod
    let mishaps: Int
    let drains: Bool
    /// Whether a resume that finds the roles in their places does what is left.
    let settles: Bool
    /// Whether planrun may be told to stop, at any moment of a run.
    let stops: Bool
    /// Every node in the order in which it was found, with the position of the node from which it was first reached.
    private(set) var nodes: [(node: Node, before: Int?)] = []
    private var seen: Set<Node> = []
    /// The states that the machine was in.
    private(set) var visited: Set<StateName> = []
    private(set) var outcomes: Set<OutcomeName> = []
    /// The verdicts of resumes that had nothing left to decide.
    private(set) var verdicts: Set<Ending> = []
    /// The violations, each with the position of the node where it was first found.
    private(set) var violations: [Violation: Int] = [:]

    init(_ method: CutoverMethod, mishaps: Int, drains: Bool = true, settles: Bool = true, stops: Bool = false) {
        (self.drains, self.settles, self.stops) = (drains, settles, stops)
        self.method = method
        self.mishaps = mishaps
    }

    mutating func explore() {
        var start = Node(mishaps: mishaps, runs: stops ? 2 : 3)
        if method == .promote { (start.world.leader.isUp, start.world.other.isUp) = (false, false) }
        for node in resumed(start, at: 0) { reach(node, from: nil) }
        // In this order the way to a violation is the shortest.
        var position = 0
        while position < nodes.count {
            let node = nodes[position].node
            check(node, at: position)
            for next in successors(node, at: position) { reach(next, from: position) }
            position += 1
        }
    }

    private mutating func reach(_ node: Node, from position: Int?) {
        if seen.insert(node).inserted { nodes.append((node, position)) }
    }

    /// How a node was reached, one step a line.
    func way(to position: Int) -> String {
        var steps: [Node] = []
        var position: Int? = position
        while let current = position {
            steps.append(nodes[current].node)
            position = nodes[current].before
        }
        var previous = ModelWorld()
        return steps.reversed().map { node in
            defer { previous = node.world }
            let state = node.machine.map { "\($0.state)" } ?? "no planrun"
            return "  \(state) -> \(node.action.map { "\($0)" } ?? ""): \(node.world.difference(from: previous))"
        }.joined(separator: "\n")
    }

    private mutating func check(_ node: Node, at position: Int) {
        let world = node.world
        if world.isSplit { violate(.twoPrimaries, position) }
        if world.hasLost { violate(.lostWrites, position) }
        guard let machine = node.machine else { return }
        visited.insert(StateName(machine.state))
        guard case .finish(let outcome)? = node.action else { return }
        let (name, aftermath) = (OutcomeName(outcome), Aftermath(world))
        outcomes.insert(name)
        if !name.mayLeave(aftermath) { violate(.wrongEnd(name, aftermath), position) }
        if name == .handedOver, world.hasClients { violate(.stuckClients, position) }
    }

    private mutating func violate(_ violation: Violation, _ position: Int) {
        if violations[violation] == nil { violations[violation] = position }
    }

    private mutating func successors(_ node: Node, at position: Int) -> [Node] {
        var nodes = node.world.moves.map { Node($0, node) }
        if node.mishaps > 0 {
            for world in node.world.deaths { nodes.append(Node(world, node, spending: 1)) }
            if let rival = rival(node) { nodes.append(Node(rival, node, spending: 1)) }
        }
        guard let machine = node.machine, let action = node.action else { return nodes + resumed(node, at: position) }
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
        nodes += stopped(machine, node)
        for answer in answers(to: action, machine, node) {
            let next = Node(answer.world, node, spending: answer.mishaps)
            for isPauseCertain in answer.world.isPaused ? [true, false] : [false] {
                var (after, machine) = (next, machine)
                after.world.mayPauseEnd = !isPauseCertain
                after.action = machine.receive(answer.event, isPauseCertain: isPauseCertain).afterTimers
                after.machine = machine
                nodes.append(after)
            }
        }
        return nodes
    }

    private func stopped(_ machine: CutoverStateMachine, _ node: Node) -> [Node] {
        guard stops, machine.stop == nil else { return [] }
        return CutoverStateMachine.Stop.allCases.compactMap { stop in
            // The machine looks at a drain only in these states, so it makes no difference when the drain came.
            if stop == .drain, ![.watching(.loose), .watching(.released)].contains(machine.state) { return nil }
            var stopped = node
            stopped.machine?.stop(stop)
            return stopped
        }
    }

    /// A Sentinel that fails over by itself. No such failover is tried before the fence is up, nor after a person was
    /// told that nothing was promoted: then it is an ordinary failover of Sentinel, which may lose writes.
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

    private mutating func resumed(_ node: Node, at position: Int) -> [Node] {
        guard node.runs > 0, let situation = node.world.situation else { return [] }
        var next = node
        next.runs -= 1
        var machine = CutoverStateMachine(method: method, hasSentinels: method != .promote, drains: drains)
        visited.insert(StateName(machine.state))
        switch situation.verdict {
        case .notStarted:
            // Resume waits for Sentinels that are busy with a failover.
            guard node.world.leader.failover == nil, node.world.other.failover == nil else { return [] }
            next.world.phase = .fencing
            next.action = machine.begin()
        case .promoted:
            next.action = machine.goOn(isBound: method == .promote || node.world.sourceFollows).afterTimers
        case .finished:
            verdicts.insert(.finished)
            guard settles, node.world.isFenced || !node.world.isReleaseRecorded else {
                if node.world.hasClients { violate(.stuckClients, position) }
                return []
            }
            next.action = machine.settle().afterTimers
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

/// What an action does to the world, and which event the driver would report.
extension Explorer {
    fileprivate struct Answer {
        var world: ModelWorld
        var event: CutoverStateMachine.Event
        var mishaps = 0
    }

    fileprivate func answers(
        to action: CutoverStateMachine.Action, _ machine: CutoverStateMachine, _ node: Node
    ) -> [Answer] {
        let world = node.world
        switch action {
        case .compareOffsets(let round):
            let refused = round == .last && node.mishaps > 0 && world.isTargetUp
            return [read(world, world.isTargetUp, compared(world))] + lost(node)
                + (refused ? [Answer(world: world, event: .refused, mishaps: 1)] : [])
        case .readRole:
            return [read(world, world.isTargetUp, world.targetFollows ? .isReplica : .isPrimary)] + lost(node)
        case .readSentinels:
            return [Answer(world: world, event: .sentinels(world.sentinelsSeen))]
        case .wait(_, let isRenewing):
            var world = world
            if isRenewing, !world.isSourceUp { world.isPaused = false }
            let expiring = CutoverStateMachine.Timer.allCases.filter { machine.running.contains($0) }
            return ([.waited] + expiring.map { .expired($0) }).map { Answer(world: world, event: $0) }
        case .start, .finish: return []
        // A planrun that has lost its lease writes nothing to the state file.
        case .record where machine.stop == .leaseLost, .bringToRest where machine.stop == .leaseLost:
            return [Answer(world: world, event: .refused)]
        case .record(let phase):
            var recorded = world
            recorded.phase = phase
            return [Answer(world: recorded, event: .done)]
                + (node.mishaps > 0 ? [Answer(world: world, event: .refused, mishaps: 1)] : [])
        default: return effects(action, node)
        }
    }

    /// An effect is carried out and answered, is not carried out, or is carried out without an answer.
    private func effects(_ action: CutoverStateMachine.Action, _ node: Node) -> [Answer] {
        let world = node.world
        guard isReachable(action, world) else { return [Answer(world: world, event: .refused)] }
        if action == .askSentinelAgain, world.isTargetUp, world.targetFollows {
            return [Answer(world: world, event: .isReplica)]
        }
        let done = Answer(world: changed(world, by: action), event: action == .promote ? .isPrimary : .done)
        guard node.mishaps > 0 else { return [done] }
        return [
            done, Answer(world: world, event: .refused, mishaps: 1),
            Answer(world: world, event: unanswered(action), mishaps: 1),
            Answer(world: done.world, event: unanswered(action), mishaps: 1),
        ]
    }

    /// The event that the driver reports for a lost reply: done where that is likely, refused where trying again is
    /// right.
    private func unanswered(_ action: CutoverStateMachine.Action) -> CutoverStateMachine.Event {
        switch action {
        case .askSentinel, .shutDown: .done
        case .promote: .unanswered
        default: .refused
        }
    }

    private func isReachable(_ action: CutoverStateMachine.Action, _ world: ModelWorld) -> Bool {
        switch action {
        case .raiseFence, .holdWrites, .shutDown, .demote, .releaseClients, .lowerFence, .bringToRest: world.isSourceUp
        case .promote, .askSentinelAgain: world.isTargetUp
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
            (world.isSourceUp, world.isPaused, world.hasClients) = (false, false, false)
        case .promote: world.promoteTarget()
        case .demote: world.demoteSource()
        case .announce:
            if world.leader.isUp { world.leader.turn() }
            if world.other.isUp { world.other.turn() }
            world.isTargetKnown = world.isTargetKnown || world.leader.isUp || world.other.isUp
        case .releaseClients:
            world.isPaused = false
            world.sendClientsAway()
        case .bringToRest:
            if !world.sourceFollows { world.demoteSource() }
            world.sendClientsAway()
            world.isReleaseRecorded = true
            world.isFenced = false
        case .lowerFence:
            world.isFenced = false
            world.isPaused = false
        case .compareOffsets, .record, .readRole, .readSentinels, .wait, .start, .finish: break
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

extension CutoverStateMachine.Action {
    /// The action that is left for the driver once the timers are started.
    fileprivate var afterTimers: Self {
        if case .start(_, let next) = self { next.afterTimers } else { self }
    }
}
