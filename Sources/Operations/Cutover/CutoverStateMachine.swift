/// Decides, from what the servers answered, what a handover does next. Pure: it knows no server, no clock and no file, so
/// that a test can take every way through it.
///
/// The order is what keeps the promise. Both fences are up before anything else; the new primary has every byte before
/// anybody may promote it; and it is promoted before the old one is demoted, so that at no time two servers acknowledge
/// writes. What was not promoted is taken back; what may have been is only gone forward with.
struct CutoverStateMachine: Hashable {
    enum State: Hashable {
        case ready
        case fencing
        case holding(Round)
        case draining(Round)
        case redraining
        case recording
        case inspecting
        case asking, promoting, confirming, judging, abandoning, reholding, reconfirming
        case demoting, announcing
        case watching(isReleased: Bool)
        case askingAgain(isReleased: Bool)
        case releasing(SentinelsSeen)
        case expiring
        case concluding, settling
        case seekingRival(Cause)
        case recordingRival(Outcome)
        case lowering(Cause)
        case recordingReturn(Cause, isUnfenced: Bool)
        case finished(Outcome)
    }

    let method: CutoverMethod
    /// Whether there are Sentinels that have to take note.
    let hasSentinels: Bool
    /// Whether the new primary has to have every write of the old one. Only a return that gives writes up does without.
    let drains: Bool
    private(set) var state = State.ready
    /// What is asked again after a moment's wait.
    private var question = Action.readRole
    /// Whether the promotion is to be made in any case: the old primary follows the new one already, or nobody else would.
    private var isBound = false
    /// Whether the promotion was sent and may have been carried out, whatever became of a second attempt.
    private var mayBePromoted = false

    init(method: CutoverMethod, hasSentinels: Bool, drains: Bool = true) {
        self.method = method
        self.hasSentinels = hasSentinels
        self.drains = drains
    }

    /// From a world in which nothing was promoted.
    mutating func begin() -> Action { enter(.fencing, .raiseFence) }

    /// From a world in which the new primary was promoted, or is about to be.
    /// - Parameter isBound: whether it has to be promoted by us, should it be a replica still or again.
    mutating func goOn(isBound: Bool) -> Action {
        self.isBound = isBound
        mayBePromoted = true
        return enter(.confirming, .readRole)
    }

    mutating func receive(_ seen: Observation) -> Action {
        switch state {
        case .ready, .finished: preconditionFailure("an observation without an action")
        case .fencing:
            guard seen.event == .done else { return stepBack(.refused) }
            return enter(.holding(.first), .holdWrites)
        case .holding(let round): return held(round, seen)
        case .draining(let round): return drained(round, seen)
        case .recording: return seen.event == .done ? enter(.holding(.last), .holdWrites) : stepBack(.refused)
        case .inspecting: return inspected(seen)
        case .asking: return asked(seen)
        case .redraining: return redrained(seen)
        case .promoting: return promoted(seen)
        case .confirming: return confirmed(seen)
        case .demoting: return tell()
        case .announcing, .askingAgain(false): return watch(isReleased: false)
        case .askingAgain(true): return watch(isReleased: true)
        case .watching(let isReleased): return watched(seen, isReleased)
        case .releasing(let sentinels):
            return sentinels.allShowIt ? enter(.concluding, .readRole) : watch(isReleased: true)
        case .expiring: return expired(seen)
        case .judging: return judged(seen)
        case .abandoning:
            return seen.event == .done ? stepBack(.targetGone) : finish(.promotionUnknown)
        case .reholding: return enter(.reconfirming, .readRole)
        case .reconfirming: return reconfirmed(seen)
        case .concluding: return concluded(seen)
        case .settling: return finish(seen.event == .done ? .handedOver : .notSettled)
        case .seekingRival(let cause): return soughtRival(cause, seen)
        case .recordingRival(let outcome): return finish(outcome)
        case .lowering(let cause):
            return enter(.recordingReturn(cause, isUnfenced: seen.event == .done), .record(.fencing))
        case .recordingReturn(let cause, let isUnfenced):
            return finish(.steppedBack(cause, isUnfenced: isUnfenced))
        }
    }
}

/// Until the promotion.
extension CutoverStateMachine {
    private mutating func held(_ round: Round, _ seen: Observation) -> Action {
        guard seen.event == .done else { return stepBack(.refused) }
        return drains ? enter(.draining(round), .compareOffsets) : reached(round, seen.isPauseCertain)
    }

    private mutating func drained(_ round: Round, _ seen: Observation) -> Action {
        switch seen.event {
        case .reached: return reached(round, seen.isPauseCertain)
        case .detached: return stepBack(.notFollowing)
        case .behind where seen.isPauseCertain: return .wait(renewingPause: false)
        case .done where seen.isPauseCertain: return question
        case .behind, .done, .unanswered: return stepBack(.notCaughtUp)
        case .refused, .isPrimary, .isReplica, .sentinels: return stepBack(.refused)
        }
    }

    /// Once more after the intent is on disk: writing it took its time, and somebody may have ended the pause meanwhile or
    /// restarted the server.
    private mutating func reached(_ round: Round, _ isPauseCertain: Bool) -> Action {
        guard round == .last else { return enter(.recording, .record(.promoting)) }
        guard isPauseCertain else { return stepBack(.pauseEnded) }
        return drains ? enter(.inspecting, .lookForRefusals) : exchange()
    }

    /// The offset counts what was sent, also of commands that the new primary did not carry out.
    private mutating func inspected(_ seen: Observation) -> Action {
        guard seen.event == .done else { return stepBack(.refused) }
        guard seen.isPauseCertain else { return stepBack(.pauseEnded) }
        return exchange()
    }

    private mutating func exchange() -> Action {
        switch method {
        case .sentinel: enter(.asking, .askSentinel)
        case .shutdown: enter(.asking, .shutDown)
        case .announce, .promote: enter(.promoting, .promote)
        }
    }

    /// A Sentinel that was asked goes on in any case.
    private mutating func asked(_ seen: Observation) -> Action {
        guard seen.event != .refused else { return stepBack(.refused) }
        if method == .shutdown { return enter(.confirming, .readRole) }
        // Were we held up so long that writes got through, the new primary gets them first.
        return seen.isPauseCertain || !drains ? enter(.promoting, .promote) : enter(.redraining, .holdWrites)
    }

    private mutating func redrained(_ seen: Observation) -> Action {
        switch seen.event {
        case .done where question == .holdWrites: enter(.redraining, .compareOffsets)
        case .done where seen.isPauseCertain: question
        case .behind where seen.isPauseCertain: .wait(renewingPause: false)
        case .reached where seen.isPauseCertain: enter(.promoting, .promote)
        // Not by us: the Sentinel promotes whatever the new primary has by then.
        default: enter(.confirming, .readRole)
        }
    }

    private mutating func promoted(_ seen: Observation) -> Action {
        // Should ours be refused, the Sentinel that was asked does the same in a moment.
        if seen.event == .refused, method != .sentinel, !mayBePromoted { return stepBack(.refused) }
        mayBePromoted = true
        return enter(.confirming, .readRole)
    }

    private mutating func confirmed(_ seen: Observation) -> Action {
        switch seen.event {
        case .isPrimary:
            if method == .shutdown { return takeNote() }
            // A Sentinel that did not know of the promotion may turn the new primary back at this very moment, which would
            // open the write rule: writes are held back while the old one is demoted.
            return seen.isPauseCertain || !hasSentinels
                ? enter(.demoting, .demote) : enter(.reholding, .holdWrites)
        case .done: return mustPromote(seen.isPauseCertain) ? enter(.promoting, .promote) : question
        case .unanswered where seen.isOverdue && !isBound && method != .shutdown && hasSentinels:
            return enter(.judging, .readSentinels)
        default: return seen.isLate ? finish(.promotionUnknown) : .wait(renewingPause: method != .shutdown)
        }
    }

    /// A new primary that is gone is given up once no Sentinel has named it, or is about to: nobody has written to it.
    private mutating func judged(_ seen: Observation) -> Action {
        guard case .sentinels(let sentinels) = seen.event else { return enter(.confirming, .readRole) }
        if sentinels.allAnswer, !sentinels.isBusy, sentinels.named == .none {
            // Written first: with the fence down nobody may take the promotion for the newest any more.
            return enter(.abandoning, .record(.fencing))
        }
        state = .confirming
        question = .readRole
        return seen.isLate ? finish(.promotionUnknown) : .wait(renewingPause: true)
    }

    /// Whether nobody else would do it: the first command may have been lost.
    private func mustPromote(_ isPauseCertain: Bool) -> Bool {
        switch method {
        case .announce, .promote: isPauseCertain || isBound
        case .sentinel, .shutdown: isBound
        }
    }

    private mutating func stepBack(_ cause: Cause) -> Action {
        hasSentinels ? enter(.seekingRival(cause), .readSentinels) : enter(.lowering(cause), .lowerFence)
    }

    /// The fences stay where a Sentinel is about to promote the new primary, or has: they are what keeps the old one from
    /// acknowledging writes that would be lost.
    private mutating func soughtRival(_ cause: Cause, _ seen: Observation) -> Action {
        guard case .sentinels(let sentinels) = seen.event else { return enter(.lowering(cause), .lowerFence) }
        if sentinels.isBusy || sentinels.named != .none {
            return enter(.recordingRival(.overtaken(cause)), .record(.promoting))
        }
        guard sentinels.allAnswer else {
            return enter(.recordingRival(.rivalUnknown(cause)), .record(.promoting))
        }
        return enter(.lowering(cause), .lowerFence)
    }
}

/// After the promotion.
extension CutoverStateMachine {
    /// Where writes could not be held back the old primary is demoted once the Sentinels have taken note, and not before.
    private mutating func reconfirmed(_ seen: Observation) -> Action {
        switch seen.event {
        case .isPrimary: seen.isPauseCertain ? enter(.demoting, .demote) : tell()
        default: lookedAgain(seen)
        }
    }

    private mutating func tell() -> Action {
        method == .announce ? enter(.announcing, .announce) : takeNote()
    }

    private mutating func takeNote() -> Action {
        hasSentinels
            ? watch(isReleased: false)
            : enter(.releasing(SentinelsSeen(named: .all, allShowIt: true)), .releaseClients)
    }

    private mutating func watch(isReleased: Bool) -> Action {
        enter(.watching(isReleased: isReleased), .readSentinels)
    }

    /// Clients that wait are let go when every Sentinel that answers would send them to the new primary, or when the pause
    /// has ended anyway.
    private mutating func watched(_ seen: Observation, _ isReleased: Bool) -> Action {
        guard case .sentinels(let sentinels) = seen.event else { return question }
        if !isReleased, sentinels.named == .all || !seen.isPauseCertain {
            return enter(.releasing(sentinels), .releaseClients)
        }
        if sentinels.allShowIt { return enter(.concluding, .readRole) }
        if seen.isLate { return enter(.expiring, .readRole) }
        // The first failover is given the time it normally takes.
        if seen.isOverdue, !sentinels.isBusy { return enter(.askingAgain(isReleased: isReleased), .askSentinelAgain) }
        return .wait(renewingPause: !isReleased)
    }
}

extension CutoverStateMachine {
    /// Before the old primary's settings are put back: a promotion that the Sentinels learnt of late may be undone by them.
    private mutating func concluded(_ seen: Observation) -> Action {
        seen.event == .isPrimary ? enter(.settling, .settle) : lookedAgain(seen)
    }

    /// At a new primary that was one before. It is not promoted again without having every byte again.
    private mutating func lookedAgain(_ seen: Observation) -> Action {
        switch seen.event {
        case .done: question
        case .isReplica: finish(.turnedBack)
        default: seen.isLate ? finish(.silent) : .wait(renewingPause: true)
        }
    }

    /// What there is to be mended depends on whether the new primary is still there.
    private mutating func expired(_ seen: Observation) -> Action {
        switch seen.event {
        case .isPrimary: finish(.notAnnounced)
        case .isReplica: finish(.turnedBack)
        default: finish(.silent)
        }
    }

    private mutating func enter(_ next: State, _ action: Action) -> Action {
        state = next
        question = action
        return action
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished(outcome)
        return .finish(outcome)
    }
}
