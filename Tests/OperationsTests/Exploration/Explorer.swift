@testable import Operations

/// Takes every way through a cutover. It tries each order of what the servers do, each action answered, refused, or
/// lost before or after it was carried out, each timer that expires, each death (that of planrun, too) and each resume.
/// The number of mishaps on one way is limited, and so is the number of runs.
///
/// What can come next depends only on the place. How many mishaps and runs are left decides which ways out of it are
/// open. So a place is looked at again only if it is reached with more left than before: otherwise nothing new can follow.
struct Explorer {
    /// A planrun that runs, and the action that it has begun.
    struct Mind: Hashable {
        var machine: CutoverStateMachine
        var action: CutoverStateMachine.Action
    }

    /// Where a way has come to: numbers of a world and of a mind.
    struct Place: Hashable {
        var world: Int
        /// The number of `nil` while no planrun runs.
        var mind: Int
    }

    /// What a way has cost so far, or what one step of it costs.
    struct Cost: Hashable {
        var mishaps = 0
        var runs = 0
    }

    enum Violation: Hashable {
        case twoPrimaries
        case lostWrites
        /// An outcome that must not leave this world.
        case wrongEnd(OutcomeName, Aftermath)
        /// Nothing is left to do, and clients are where no write is taken.
        case stuckClients
        /// planrun is gone, and nobody can do what is left.
        case deadlock
        /// A way back that no verb brings to an end, although both servers answer.
        case noEnd
    }

    enum Ending: Hashable {
        case finished
        case unclear(code: OperationFailure)
    }

    let method: CutoverMethod
    let drains: Bool
    /// Whether a resume that finds the roles in their places does what is left.
    let settles: Bool
    /// Whether planrun may be told to stop, at any moment of a run.
    let stops: Bool
    /// Whether there are other replicas, for which a Sentinel that leads a failover would wait.
    let endsFailover: Bool
    /// Whether the handover is a way back. Then a person may end it in two ways at each interruption: `rollback` goes on,
    /// `resume` stays as long as nothing was promoted.
    let isReturn: Bool
    /// Whether `resume` stays although something may have been promoted.
    let staysBlindly: Bool
    /// Whether a cutover begins only when every Sentinel has seen that it may promote the target.
    let waits: Bool
    /// What one way may cost.
    private let limit: Cost
    private var worlds = Numbering<ModelWorld>()
    private var minds = Numbering<Mind?>()
    private var moves: [Int: [Int]] = [:]
    private var deaths: [Int: [Int]] = [:]
    /// Every place that was reached, with the position of the one from which it was reached.
    private var reached: [(place: Place, before: Int?)] = []
    /// The fewest runs with which a place was reached. No way that came to it later has cost fewer mishaps.
    private var runs: [Place: Int] = [:]
    /// The positions that are still to be looked at, by the cost of the way there.
    private var waiting: [[[Int]]]
    /// The states that the machine was in.
    private(set) var visited: Set<StateName> = []
    private(set) var outcomes: Set<OutcomeName> = []
    /// The ends of a way back that were reached.
    private(set) var ends: Set<ReturnEnd> = []
    /// The verdicts of resumes that had nothing left to decide.
    private(set) var verdicts: Set<Ending> = []
    /// The violations, each with the position of the place where it was first found.
    private(set) var violations: [Violation: Int] = [:]

    init(
        _ method: CutoverMethod, mishaps: Int, drains: Bool = true, settles: Bool = true, stops: Bool = false,
        waits: Bool = true, endsFailover: Bool = false, isReturn: Bool = false, staysBlindly: Bool = false
    ) {
        (self.isReturn, self.staysBlindly) = (isReturn, staysBlindly)
        self.endsFailover = endsFailover
        (self.drains, self.settles, self.stops, self.waits) = (drains, settles, stops, waits)
        self.method = method
        limit = Cost(mishaps: mishaps, runs: stops ? 2 : 3)
        waiting = Array(repeating: Array(repeating: [], count: limit.runs + 1), count: mishaps + 1)
    }

    mutating func explore() {
        var start = ModelWorld()
        // The target has just become a candidate, and the Sentinels remember that it is none.
        (start.leader.admitsTarget, start.other.admitsTarget) = (false, false)
        if method == .promote { (start.leader, start.other) = (.gone, .gone) }
        reach(start, nil, from: nil, Cost())
        // The cheapest ways come first, and of those the shortest.
        for mishaps in 0...limit.mishaps {
            for runs in 0...limit.runs {
                let cost = Cost(mishaps: mishaps, runs: runs)
                var next = 0
                while next < waiting[mishaps][runs].count {
                    goOn(from: waiting[mishaps][runs][next], cost)
                    next += 1
                }
            }
        }
    }

    private mutating func reach(_ world: ModelWorld, _ mind: Mind?, from position: Int?, _ cost: Cost) {
        reach(Place(world: worlds.number(of: world.canonical), mind: minds.number(of: mind)), from: position, cost)
    }

    private mutating func reach(_ place: Place, from position: Int?, _ cost: Cost) {
        guard cost.mishaps <= limit.mishaps, cost.runs <= limit.runs else { return }
        if let before = runs[place], before <= cost.runs { return }
        runs[place] = cost.runs
        waiting[cost.mishaps][cost.runs].append(reached.count)
        reached.append((place, position))
    }

    /// How a place was reached, one step a line.
    func way(to position: Int) -> String {
        var steps: [Place] = []
        var position: Int? = position
        while let current = position {
            steps.append(reached[current].place)
            position = reached[current].before
        }
        var previous = ModelWorld()
        return steps.reversed().map { place in
            let (world, mind) = (worlds[place.world], minds[place.mind])
            defer { previous = world }
            let state = mind.map { "\($0.machine.state)" } ?? "no planrun"
            return "  \(state) -> \(mind.map { "\($0.action)" } ?? ""): \(world.difference(from: previous))"
        }.joined(separator: "\n")
    }

    private mutating func check(_ world: ModelWorld, _ mind: Mind?, at position: Int) {
        if world.isSplit { violate(.twoPrimaries, position) }
        if world.hasLost { violate(.lostWrites, position) }
        guard let mind else {
            if world.isDeadlocked { violate(.deadlock, position) }
            return
        }
        visited.insert(StateName(mind.machine.state))
        guard case .finish(let outcome) = mind.action else { return }
        let (name, aftermath) = (OutcomeName(outcome), Aftermath(world))
        outcomes.insert(name)
        if isReturn, let end = name.endOfReturn { ends.insert(end) }
        if !name.mayLeave(aftermath) { violate(.wrongEnd(name, aftermath), position) }
        if name == .handedOver, world.hasClients { violate(.stuckClients, position) }
    }

    private mutating func violate(_ violation: Violation, _ position: Int) {
        if violations[violation] == nil { violations[violation] = position }
    }

    /// Takes every step that is possible from a place.
    private mutating func goOn(from position: Int, _ cost: Cost) {
        let place = reached[position].place
        // By now a cheaper way may have come here.
        guard runs[place] == cost.runs else { return }
        let (world, mind) = (worlds[place.world], minds[place.mind])
        check(world, mind, at: position)
        for next in moves(from: place.world) { reach(Place(world: next, mind: place.mind), from: position, cost) }
        let mishap = cost + Cost(mishaps: 1)
        if mishap.mishaps <= limit.mishaps {
            for next in deaths(from: place.world) {
                reach(Place(world: next, mind: place.mind), from: position, mishap)
            }
            if let rival = rival(world, mind) { reach(rival, mind, from: position, mishap) }
        }
        guard let mind else { return resume(world, at: position, cost + Cost(runs: 1)) }
        var alone = world
        alone.mayPauseEnd = true
        if case .finish = mind.action { return reach(alone, nil, from: position, cost) }
        reach(alone, nil, from: position, mishap)
        for stopped in stopped(mind) { reach(world, stopped, from: position, cost) }
        for answer in answers(to: mind, world) where answer.mishaps + cost.mishaps <= limit.mishaps {
            for isPauseCertain in answer.world.isPaused ? [true, false] : [false] {
                var (after, machine) = (answer.world, mind.machine)
                after.mayPauseEnd = !isPauseCertain
                let action = machine.receive(answer.event, isPauseCertain: isPauseCertain).afterTimers
                reach(
                    after, Mind(machine: machine, action: action), from: position,
                    cost + Cost(mishaps: answer.mishaps))
            }
        }
    }

    private mutating func moves(from world: Int) -> [Int] {
        if let known = moves[world] { return known }
        let next = worlds[world].moves.map { worlds.number(of: $0.canonical) }
        moves[world] = next
        return next
    }

    private mutating func deaths(from world: Int) -> [Int] {
        if let known = deaths[world] { return known }
        let next = worlds[world].deaths.map { worlds.number(of: $0.canonical) }
        deaths[world] = next
        return next
    }

    private func stopped(_ mind: Mind) -> [Mind] {
        guard stops, mind.machine.stop == nil else { return [] }
        return CutoverStateMachine.Stop.allCases.compactMap { stop in
            // The machine looks at a drain only in these states, so it makes no difference when the drain came.
            if stop == .drain, ![.watching(.loose), .watching(.released)].contains(mind.machine.state) { return nil }
            var stopped = mind
            stopped.machine.stop(stop)
            return stopped
        }
    }

    /// A Sentinel that fails over by itself. No such failover is tried before the fence is up, nor after a person was
    /// told that nothing was promoted: then it is an ordinary failover of Sentinel, which may lose writes.
    private func rival(_ world: ModelWorld, _ mind: Mind?) -> ModelWorld? {
        guard world.isFenced, world.leader.isUp, world.leader.failover == nil,
            world.leader.admitsTarget, !world.leader.namesTarget, world.isTargetUp, world.targetFollows, let mind
        else { return nil }
        if case .lowering = mind.machine.state { return nil }
        var world = world
        world.leader.failover = .begun
        return world
    }

    private mutating func resume(_ world: ModelWorld, at position: Int, _ cost: Cost) {
        guard cost.runs <= limit.runs, let situation = world.situation else { return }
        var (world, machine) = (
            world,
            CutoverStateMachine(
                method: method, hasSentinels: method != .promote, drains: drains, endsFailover: endsFailover)
        )
        visited.insert(StateName(machine.state))
        if isReturn { stay(world, situation, at: position, cost) }
        let action: CutoverStateMachine.Action
        switch situation.verdict {
        case .notStarted:
            // Resume waits for Sentinels that are busy with a failover.
            guard world.leader.failover == nil, world.other.failover == nil else { return }
            guard !waits || world.isTargetAdmitted else { return }
            world.phase = .fencing
            action = machine.begin()
        case .promoted:
            action = machine.goOn(isBound: method == .promote || world.sourceFollows)
        case .finished:
            verdicts.insert(.finished)
            if isReturn { ends.insert(.goneBack) }
            guard settles, world.isFenced || !world.isReleaseRecorded else {
                if world.hasClients { violate(.stuckClients, position) }
                return
            }
            action = machine.settle()
        case .unclear(let code, _):
            verdicts.insert(.unclear(code: code))
            if isReturn, !passesByItself(world) { violate(.noEnd, position) }
            return
        }
        reach(world, Mind(machine: machine, action: action.afterTimers), from: position, cost)
    }

    /// Whether a situation that is unclear may become another one without planrun.
    private func passesByItself(_ world: ModelWorld) -> Bool {
        if !world.isSourceUp || !world.isTargetUp || world.leader.failover != nil || world.other.failover != nil {
            return true
        }
        return world.moves.contains { $0.situation?.verdict != world.situation?.verdict }
    }

    /// `resume` of an interrupted way back: it lowers the fence once no Sentinel is in a failover, if nothing was promoted.
    /// Sentinels that name the other server by then are told afterwards, as by the cutover.
    private mutating func stay(_ world: ModelWorld, _ situation: CutoverSituation, at position: Int, _ cost: Cost) {
        guard world.isSourceUp, staysBlindly || situation.verdict == .notStarted,
            world.leader.failover == nil, world.other.failover == nil
        else { return }
        var stayed = world
        (stayed.isFenced, stayed.isPaused, stayed.phase) = (false, false, .fencing)
        if OutcomeName.steppedBack.mayLeave(Aftermath(stayed)) { ends.insert(.stayed) }
        reach(stayed, nil, from: position, cost)
    }
}

extension Explorer.Cost {
    fileprivate static func + (left: Self, right: Self) -> Self {
        Self(mishaps: left.mishaps + right.mishaps, runs: left.runs + right.runs)
    }
}
