@testable import Operations

/// What an action does to the world, and which event the driver would report.
extension Explorer {
    struct Answer {
        var world: ModelWorld
        var event: CutoverStateMachine.Event
        var mishaps = 0
    }

    func answers(to mind: Mind, _ world: ModelWorld) -> [Answer] {
        let machine = mind.machine
        switch mind.action {
        case .compareOffsets(let round):
            let refused = round == .last && world.isTargetUp
            return [read(world, world.isTargetUp, compared(world)), lost(world)]
                + (refused ? [Answer(world: world, event: .refused, mishaps: 1)] : [])
        case .readRole:
            return [read(world, world.isTargetUp, world.targetFollows ? .isReplica : .isPrimary), lost(world)]
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
            return [Answer(world: recorded, event: .done), Answer(world: world, event: .refused, mishaps: 1)]
        default: return effects(mind.action, world)
        }
    }

    /// An effect is carried out and answered, is not carried out, or is carried out without an answer.
    private func effects(_ action: CutoverStateMachine.Action, _ world: ModelWorld) -> [Answer] {
        guard isReachable(action, world) else { return [Answer(world: world, event: .refused)] }
        if action == .askSentinelAgain, world.isTargetUp, world.targetFollows {
            return [Answer(world: world, event: .isReplica)]
        }
        // The Sentinel answers NOGOODSLAVE.
        if action == .askSentinel, !world.leader.admitsTarget { return [Answer(world: world, event: .refused)] }
        let done = Answer(world: changed(world, by: action), event: action == .promote ? .isPrimary : .done)
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
            if world.leader.failover == nil, !world.leader.namesTarget, world.leader.isUp, world.leader.admitsTarget {
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
        case .endFailover: world.endFailovers()
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

    private func lost(_ world: ModelWorld) -> Answer { Answer(world: world, event: .unanswered, mishaps: 1) }
}

extension CutoverStateMachine.Action {
    /// The action that is left for the driver once the timers are started.
    var afterTimers: Self {
        if case .start(_, let next) = self { next.afterTimers } else { self }
    }
}
