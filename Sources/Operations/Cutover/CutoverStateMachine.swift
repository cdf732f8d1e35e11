/// Decides what a handover does next from what the servers answered. It is pure: it knows no server, no clock and no file,
/// so that a test can take every way through it.
///
/// The order of its actions is what keeps the promise. The fence and the pause are up before anything else; the new primary
/// has every byte before anybody may promote it; and it is promoted before the old one is demoted, so that at no time two
/// servers acknowledge writes. As long as nothing was promoted the handover can be taken back. Once something may have been
/// promoted it only goes forward.
struct CutoverStateMachine: Hashable {
    enum State: Hashable {
        case ready
        case fencing
        case holding(Round)
        case draining(Round)
        case recording
        case asking
        /// Writes may have got through while the Sentinel was asked: they are held back and drained once more.
        case holdingAgain, drainingAgain
        case promoting, confirming
        /// The new primary is silent. In `judging` the Sentinels are asked whether it can be given up; in `abandoning`
        /// it is.
        case judging, abandoning
        /// The pause was over when the promotion was seen: writes are held back once more before the old primary is
        /// demoted.
        case reholding, reconfirming
        case demoting, announcing
        case watching(isReleased: Bool)
        /// Clients are on their way to the new primary, and it is asked whether it still is one.
        case lookingAfter
        case askingAgain(isReleased: Bool)
        case releasing(allShowIt: Bool)
        case expiring
        case concluding, bringingToRest
        case seekingRival(Cause)
        case recordingRival(Outcome)
        case lowering(Cause)
        case recordingReturn(Cause, isUnfenced: Bool)
        case finished(Outcome)
    }

    let method: CutoverMethod
    /// Whether there are Sentinels that have to learn of the new primary.
    let hasSentinels: Bool
    /// Whether the new primary must have every write of the old one before it is promoted. Only a return that gives
    /// writes up does without.
    let drains: Bool
    private(set) var state = State.ready
    private(set) var stop: Stop?
    /// Timers that were started and have not expired.
    private(set) var running: TimerSet = []
    private var expired: TimerSet = []
    /// Whether planrun has to promote the new primary should it turn out to be a replica: the old one follows it
    /// already, or nobody else would promote it.
    private var isBound = false
    /// Whether a promotion was sent that may have been carried out. A refusal of a later attempt does not change that.
    private var mayBePromoted = false
    /// Whether the new primary left the latest question unanswered.
    private var isSilent = false

    init(method: CutoverMethod, hasSentinels: Bool, drains: Bool = true) {
        self.method = method
        self.hasSentinels = hasSentinels
        self.drains = drains
    }

    /// Begins in a world in which nothing was promoted.
    mutating func begin() -> Action { enter(.fencing, .raiseFence) }

    /// Begins in a world in which the new primary was promoted, or is about to be.
    /// - Parameter isBound: whether planrun has to promote the new primary should it turn out to be a replica.
    mutating func goOn(isBound: Bool) -> Action {
        self.isBound = isBound
        mayBePromoted = true
        return confirm()
    }

    /// Notes that the handover shall end early. The action under way comes to its end first; what follows is decided
    /// when its event is received.
    mutating func stop(_ stop: Stop) {
        // A lost lease does not come back, so no other stop takes its place.
        if self.stop != .leaseLost { self.stop = stop }
    }

    /// Takes the driver's answer to the last action.
    /// - Parameter isPauseCertain: whether writes have been held back without interruption, and still are.
    /// - Returns: the next action.
    mutating func receive(_ event: Event, isPauseCertain: Bool) -> Action {
        if case .expired(let timer) = event, running.remove(TimerSet(timer)) != nil { expired.insert(TimerSet(timer)) }
        if stop == .leaseLost, let action = withoutLease() { return action }
        switch state {
        case .ready, .finished: preconditionFailure("an event without an action")
        case .fencing: return event == .done ? enter(.holding(.first), .holdWrites) : stepBack(.refused)
        case .holding(let round): return held(round, event, isPauseCertain)
        case .draining(let round): return drained(round, event, isPauseCertain)
        case .recording: return event == .done ? enter(.holding(.last), .holdWrites) : stepBack(.refused)
        case .asking: return asked(event, isPauseCertain)
        case .holdingAgain:
            return event == .done ? enter(.drainingAgain, .compareOffsets(.first)) : confirm()
        case .drainingAgain: return drainedAgain(event, isPauseCertain)
        case .promoting: return promoted(event, isPauseCertain)
        case .confirming: return confirmed(event, isPauseCertain)
        case .judging: return judged(event)
        case .abandoning: return event == .done ? stepBack(.targetGone) : finish(.promotionUnknown)
        case .reholding: return enter(.reconfirming, .readRole)
        case .reconfirming: return reconfirmed(event, isPauseCertain)
        case .demoting: return tell()
        case .announcing: return beginToWatch()
        case .watching(let isReleased): return watched(event, isReleased, isPauseCertain)
        case .lookingAfter: return lookedAfter(event)
        case .askingAgain(let isReleased): return askedAgain(event, isReleased)
        case .releasing(let allShowIt):
            return allShowIt ? conclude() : enter(.watching(isReleased: true), .readSentinels)
        case .expiring: return gaveUpWatching(event)
        case .concluding: return concluded(event)
        case .bringingToRest: return broughtToRest(event)
        case .seekingRival(let cause): return soughtRival(cause, event)
        case .recordingRival(let outcome): return finish(outcome)
        case .lowering(let cause):
            return enter(.recordingReturn(cause, isUnfenced: event == .done), .record(.fencing))
        case .recordingReturn(let cause, let isUnfenced):
            return finish(.steppedBack(cause, isUnfenced: isUnfenced))
        }
    }

    /// What a machine without its lease does, since another planrun may hold the run. Before the promotion it takes the
    /// handover back. After the promotion it still demotes the old primary, tells the Sentinels and releases the
    /// clients, because nobody could write until then; the planrun that holds the run does the rest.
    /// - Returns: `nil` where the machine goes on as it would with its lease.
    private mutating func withoutLease() -> Action? {
        switch state {
        case .fencing, .holding, .draining, .recording: stepBack(.leaseLost)
        case .releasing, .watching(isReleased: true), .lookingAfter, .askingAgain(isReleased: true), .concluding:
            finish(.stopped(.leaseLost))
        default: nil
        }
    }
}

/// The way up to the promotion.
extension CutoverStateMachine {
    private mutating func held(_ round: Round, _ event: Event, _ isPauseCertain: Bool) -> Action {
        guard event == .done else { return stepBack(.refused) }
        return drains ? enter(.draining(round), .compareOffsets(round)) : reached(round, isPauseCertain)
    }

    private mutating func drained(_ round: Round, _ event: Event, _ isPauseCertain: Bool) -> Action {
        switch event {
        case .reached: reached(round, isPauseCertain)
        case .detached: stepBack(.notFollowing)
        case .behind where isPauseCertain: .wait(Pace.drain, renewingPause: false)
        case .waited where isPauseCertain: .compareOffsets(round)
        case .behind, .waited, .unanswered: stepBack(.notCaughtUp)
        case .done, .refused, .isPrimary, .isReplica, .sentinels, .expired: stepBack(.refused)
        }
    }

    /// Once the intent is on disk, offsets are compared again: writing it took time, and meanwhile somebody may have
    /// ended the pause or restarted the server.
    private mutating func reached(_ round: Round, _ isPauseCertain: Bool) -> Action {
        guard round == .last else { return enter(.recording, .record(.promoting)) }
        return isPauseCertain ? exchange() : stepBack(.pauseEnded)
    }

    private mutating func exchange() -> Action {
        switch method {
        case .sentinel: enter(.asking, .askSentinel)
        case .shutdown: enter(.asking, .shutDown)
        case .announce, .promote: enter(.promoting, .promote)
        }
    }

    /// A Sentinel that was asked for a failover promotes the new primary whatever planrun does. If planrun was held up
    /// for so long that the old primary took writes again, the new one has to receive these first.
    private mutating func asked(_ event: Event, _ isPauseCertain: Bool) -> Action {
        guard event != .refused else { return stepBack(.refused) }
        if method == .shutdown || stop == .leaseLost { return confirm() }
        return isPauseCertain || !drains ? enter(.promoting, .promote) : enter(.holdingAgain, .holdWrites)
    }

    private mutating func drainedAgain(_ event: Event, _ isPauseCertain: Bool) -> Action {
        switch event {
        case .behind where isPauseCertain: .wait(Pace.drain, renewingPause: false)
        case .waited where isPauseCertain: .compareOffsets(.first)
        case .reached where isPauseCertain && stop != .leaseLost: enter(.promoting, .promote)
        // planrun does not promote then. The Sentinel does, with whatever the new primary has by that time.
        default: confirm()
        }
    }

    private mutating func promoted(_ event: Event, _ isPauseCertain: Bool) -> Action {
        // A Sentinel that was asked promotes the new primary in a moment, even if it refused planrun's own promotion.
        if event == .refused, method != .sentinel, !mayBePromoted { return stepBack(.refused) }
        mayBePromoted = true
        return event == .isPrimary ? sawPrimary(isPauseCertain) : confirm()
    }

    private mutating func confirm() -> Action {
        enter(.confirming, starting([.promotion, usualPatience], .readRole))
    }

    private mutating func confirmed(_ event: Event, _ isPauseCertain: Bool) -> Action {
        switch event {
        case .isPrimary: return sawPrimary(isPauseCertain)
        case .waited, .expired: return mustPromote(isPauseCertain) ? enter(.promoting, .promote) : .readRole
        case .unanswered where mayBeGivenUp: return enter(.judging, .readSentinels)
        default: return goOnConfirming()
        }
    }

    private mutating func goOnConfirming() -> Action {
        if expired.contains(.promotion) { return finish(.promotionUnknown) }
        return enter(.confirming, .wait(Pace.promotion, renewingPause: method != .shutdown))
    }

    private mutating func sawPrimary(_ isPauseCertain: Bool) -> Action {
        forgetTimers()
        if method == .shutdown { return takeNote() }
        // A Sentinel that has not heard of the promotion may make the new primary a replica again at this very moment. The
        // old one would count a replica and take writes, so writes are held back while it is demoted.
        return isPauseCertain || !hasSentinels ? enter(.demoting, .demote) : enter(.reholding, .holdWrites)
    }

    /// Whether a new primary that does not answer has been waited for long enough to ask whether it can be given up.
    private var mayBeGivenUp: Bool {
        expired.contains(usualPatience) && !isBound && method != .shutdown && hasSentinels
    }

    /// A new primary that is gone is given up if no Sentinel names it or is about to: then no client has written to it.
    private mutating func judged(_ event: Event) -> Action {
        guard case .sentinels(let sentinels) = event else { return confirm() }
        if sentinels.allAnswer, !sentinels.isBusy, sentinels.named == .none {
            // The state file must no longer say that a promotion was begun when the fence comes down. A resume would take a
            // promoted server that comes back for the one with the newest data.
            return enter(.abandoning, .record(.fencing))
        }
        return goOnConfirming()
    }

    /// Whether planrun promotes again: the first promotion may have been lost, and there may be nobody else who makes
    /// it.
    private func mustPromote(_ isPauseCertain: Bool) -> Bool {
        if stop == .leaseLost { return false }
        return switch method {
        case .announce, .promote: isPauseCertain || isBound
        case .sentinel, .shutdown: isBound
        }
    }

    private mutating func stepBack(_ cause: Cause) -> Action {
        forgetTimers()
        return hasSentinels ? enter(.seekingRival(cause), .readSentinels) : enter(.lowering(cause), .lowerFence)
    }

    /// The fence stays where a Sentinel is about to promote the new primary, or has done so: it is what keeps the old one
    /// from acknowledging writes that would be lost.
    private mutating func soughtRival(_ cause: Cause, _ event: Event) -> Action {
        guard case .sentinels(let sentinels) = event else { return enter(.lowering(cause), .lowerFence) }
        if sentinels.isBusy || sentinels.named != .none {
            return enter(.recordingRival(.overtaken(cause)), .record(.promoting))
        }
        guard sentinels.allAnswer else {
            return enter(.recordingRival(.rivalUnknown(cause)), .record(.promoting))
        }
        return enter(.lowering(cause), .lowerFence)
    }
}

/// The way from the promotion on.
extension CutoverStateMachine {
    /// The old primary is demoted now only if writes are held back. Otherwise the Sentinels learn of the promotion
    /// first, and the old primary is demoted when it comes to rest.
    private mutating func reconfirmed(_ event: Event, _ isPauseCertain: Bool) -> Action {
        switch event {
        case .isPrimary: isPauseCertain ? enter(.demoting, .demote) : tell()
        case .isReplica: finish(.turnedBack)
        case .waited, .expired: .readRole
        default: heardNothing(.wait(Pace.promotion, renewingPause: true))
        }
    }

    private mutating func tell() -> Action {
        method == .announce ? enter(.announcing, .announce) : takeNote()
    }

    private mutating func takeNote() -> Action {
        hasSentinels ? beginToWatch() : enter(.releasing(allShowIt: true), .releaseClients)
    }

    private mutating func beginToWatch() -> Action {
        enter(.watching(isReleased: false), starting([.announcement], beingPatient(.readSentinels)))
    }

    /// Waiting clients are released when every Sentinel that answers sends them to the new primary, or when the pause
    /// has ended anyway.
    private mutating func watched(_ event: Event, _ isReleased: Bool, _ isPauseCertain: Bool) -> Action {
        guard case .sentinels(let sentinels) = event else {
            // Normally the Sentinels have switched by then and the old primary is at rest; a resume does what is left.
            if isReleased, stop == .drain, expired.contains(usualPatience) { return finish(.stopped(.drain)) }
            return event == .expired(.firstSign) ? starting([usualPatience], .readSentinels) : .readSentinels
        }
        if !isReleased, sentinels.named == .all || !isPauseCertain {
            return enter(.releasing(allShowIt: sentinels.allShowIt), .releaseClients)
        }
        if sentinels.allShowIt { return conclude() }
        if expired.contains(.announcement) { return enter(.expiring, .readRole) }
        if mustAskAgain(sentinels) { return enter(.askingAgain(isReleased: isReleased), .askSentinelAgain) }
        return isReleased ? enter(.lookingAfter, .readRole) : .wait(Pace.announcement, renewingPause: true)
    }

    /// Whether another failover is asked for. The first one gets the time that a failover normally takes, unless there
    /// is no sign of it.
    private func mustAskAgain(_ sentinels: SentinelsSeen) -> Bool {
        if sentinels.isBusy || stop == .leaseLost { return false }
        let isIdle = method == .announce || sentinels.isLeaderSilent || sentinels.named == .none
        return expired.contains(.patience) || isIdle && expired.contains(.firstSign)
    }

    /// Stops if the new primary turned out to be a replica again: a failover could then promote it without writes that
    /// the old one has acknowledged meanwhile.
    private mutating func askedAgain(_ event: Event, _ isReleased: Bool) -> Action {
        if event == .isReplica { return finish(.turnedBack) }
        return enter(.watching(isReleased: isReleased), beingPatient(.readSentinels))
    }

    private mutating func lookedAfter(_ event: Event) -> Action {
        switch event {
        case .isReplica: return finish(.turnedBack)
        case .isPrimary:
            isSilent = false
            return enter(.watching(isReleased: true), .wait(Pace.released, renewingPause: false))
        default:
            state = .watching(isReleased: true)
            return heardNothing(.wait(Pace.released, renewingPause: false))
        }
    }

    private mutating func conclude() -> Action {
        forgetTimers()
        return enter(.concluding, .readRole)
    }

    /// The last look before the old primary gets its settings back: Sentinels that learned of the promotion late may have
    /// undone it.
    private mutating func concluded(_ event: Event) -> Action {
        switch event {
        case .isPrimary: enter(.bringingToRest, .bringToRest)
        // planrun does not promote it a second time here: while it was a replica again, the old primary may have
        // acknowledged writes that it lacks.
        case .isReplica: finish(.turnedBack)
        case .waited, .expired: .readRole
        default: heardNothing(.wait(Pace.released, renewingPause: false))
        }
    }

    private mutating func heardNothing(_ wait: Action) -> Action {
        if isSilent { return expired.contains(.silence) ? finish(.silent) : starting([.silence], wait) }
        isSilent = true
        return restarting([.silence], wait)
    }

    /// The failure depends on whether the new primary still answers, because a person has to mend something else in
    /// each case.
    private mutating func gaveUpWatching(_ event: Event) -> Action {
        switch event {
        case .isPrimary: finish(.notAnnounced)
        case .isReplica: finish(.turnedBack)
        default: finish(.silent)
        }
    }

    private mutating func broughtToRest(_ event: Event) -> Action {
        if event == .done { return finish(.handedOver) }
        return finish(stop == .leaseLost ? .stopped(.leaseLost) : .notAtRest)
    }
}

extension CutoverStateMachine {
    /// How long the machine waits before it asks the same again. The times are short while writes are held back. They
    /// do not pile questions up on a Dragonfly that is slow to answer: each question is answered before the next one is
    /// sent.
    enum Pace {
        static let drain = Duration.milliseconds(2)
        static let promotion = Duration.milliseconds(20)
        static let announcement = Duration.milliseconds(10)
        static let released = Duration.milliseconds(100)
    }

    /// An announcement arrives at once or not at all; a failover takes a second or two.
    private var usualPatience: Timer { method == .announce ? .firstSign : .patience }

    /// Waits first for a sign of the failover that was asked for, then for as long as a failover normally takes.
    private mutating func beingPatient(_ action: Action) -> Action {
        running.remove(TimerSet(.patience))
        expired.remove(TimerSet(.patience))
        return restarting([.firstSign], action)
    }

    /// Starts those timers that do not run and have not expired.
    private mutating func starting(_ timers: [Timer], _ action: Action) -> Action {
        restarting(timers.filter { !running.contains($0) && !expired.contains($0) }, action)
    }

    private mutating func restarting(_ timers: [Timer], _ action: Action) -> Action {
        for timer in timers {
            running.insert(TimerSet(timer))
            expired.remove(TimerSet(timer))
        }
        return timers.reversed().reduce(action) { .start($1, then: $0) }
    }

    /// Forgets the timers of a wait that is over. The driver may still report that one of them has expired; the machine
    /// does nothing then.
    private mutating func forgetTimers() { (running, expired) = ([], []) }

    private mutating func enter(_ next: State, _ action: Action) -> Action {
        state = next
        return action
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        forgetTimers()
        state = .finished(outcome)
        return .finish(outcome)
    }
}
