/// Decides what a handover does next from what the servers answered. It knows no server, no clock and no file, so a
/// test can take every path through it.
///
/// The order of its actions is what keeps the promise. Nothing else happens before the fence and the pause are up. The
/// new primary has every byte before anybody may promote it. It is promoted before the old one is demoted, and the
/// fence keeps the old one from acknowledging writes, so two servers never acknowledge writes at the same time. As long
/// as nothing was promoted, the handover can be undone. Once something may have been promoted, it only goes forward.
struct CutoverStateMachine: Hashable {
    enum State: Hashable {
        case ready
        case fencing
        case holding(Round)
        case draining(Round)
        case recording
        case asking
        /// While the Sentinel was asked, the pause may have ended and writes may have got through. They are held back
        /// and drained once more.
        case holdingAgain, drainingAgain
        case promoting, confirming
        /// The new primary does not answer. In `judging` the Sentinels are asked whether planrun may give it up; in
        /// `abandoning` it does.
        case judging, abandoning
        /// When the promotion was seen, the pause was already over. Writes are held back once more before the old
        /// primary is demoted.
        case reholding, reconfirming
        case demoting, announcing
        case watching(Clients)
        /// Clients move to the new primary, and planrun checks that it is still a primary.
        case lookingAfter(Clients)
        case askingAgain(Clients)
        /// A Sentinel is made to end its failover.
        case ending(Clients)
        case releasing(Clients)
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
    /// Whether the new primary must have every write of the old one before it is promoted. `false` only for a return
    /// that gives up writes.
    let drains: Bool
    /// Whether a Sentinel that sends clients to the new primary, but whose failover goes on because it waits for other
    /// replicas, is made to end it.
    let endsFailover: Bool
    private(set) var state = State.ready
    private(set) var stop: Stop?
    /// Timers that were started and have not expired yet.
    private(set) var running: TimerSet = []
    private var expired: TimerSet = []
    /// Whether planrun itself must promote the new primary if it finds it as a replica, because the old one already
    /// follows it, or because nobody else would promote it.
    private var isBound = false
    /// Whether a promotion was sent that may have been carried out. If a later attempt is refused, this stays `true`.
    private var mayBePromoted = false
    /// Whether the new primary did not answer the latest question.
    private var isSilent = false
    private var hasEndedFailover = false

    init(method: CutoverMethod, hasSentinels: Bool, drains: Bool = true, endsFailover: Bool = false) {
        self.method = method
        self.endsFailover = endsFailover
        self.hasSentinels = hasSentinels
        self.drains = drains
    }

    /// Begins a handover in which nothing was promoted yet.
    mutating func begin() -> Action { enter(.fencing, .raiseFence) }

    /// Completes a handover after which every server is in its place and every Sentinel shows the new primary. Clients may
    /// not have been released yet.
    mutating func settle() -> Action { takeNote() }

    /// Continues a handover whose new primary was promoted, or is about to be.
    /// - Parameter isBound: whether planrun itself must promote the new primary if it finds it as a replica.
    mutating func goOn(isBound: Bool) -> Action {
        self.isBound = isBound
        mayBePromoted = true
        return confirm()
    }

    /// Notes that the handover should end early. The current action is completed first; `receive` then decides what
    /// follows.
    mutating func stop(_ stop: Stop) {
        // A lost lease is lost for good, so no other reason replaces it.
        if self.stop != .leaseLost { self.stop = stop }
    }

    /// Receives what the driver reports about the last action.
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
        case .watching(let clients): return watched(event, clients, isPauseCertain)
        case .lookingAfter(let clients): return lookedAfter(event, clients)
        case .askingAgain(let clients): return askedAgain(event, clients)
        case .ending(let clients): return enter(.watching(clients), .readSentinels)
        case .releasing(let clients):
            return hasSentinels ? enter(.watching(clients), .readSentinels) : conclude()
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

    /// The next action if the lease is lost, so that another planrun may have taken over the run. Before the promotion
    /// the handover is undone. After it the old primary is still demoted, the Sentinels are told and the clients
    /// released, because nobody could write until then. The rest is left to the planrun that holds the lease.
    /// - Returns: `nil` if the machine continues as it would with its lease.
    private mutating func withoutLease() -> Action? {
        switch state {
        case .fencing, .holding, .draining, .recording: stepBack(.leaseLost)
        case .releasing(.released), .watching(.released), .watching(.loose), .lookingAfter, .askingAgain(.released),
            .askingAgain(.loose), .ending(.released), .ending(.loose), .concluding:
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

    /// After the first comparison the planned promotion is written to the state file. That takes time, in which the
    /// pause may have ended or the server may have been restarted, so the offsets are compared again.
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

    /// A Sentinel that was asked for a failover promotes the new primary whatever planrun does. If the pause has ended
    /// by now, the old primary may have accepted writes, and the new one must receive them first.
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
        // planrun leaves the promotion to the Sentinel. The new primary may then lack the last of these writes.
        default: confirm()
        }
    }

    private mutating func promoted(_ event: Event, _ isPauseCertain: Bool) -> Action {
        // If a Sentinel was asked, it will promote the new primary in a moment, even if the new primary has refused
        // planrun's own command.
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
        // A Sentinel that has not heard of the promotion may make the new primary a replica again at any moment. The
        // old one would then count a replica and accept writes. So writes are held back until it is demoted.
        return isPauseCertain || !hasSentinels ? enter(.demoting, .demote) : enter(.reholding, .holdWrites)
    }

    /// Whether planrun has waited long enough for a new primary that does not answer, and may ask the Sentinels whether
    /// to give it up.
    private var mayBeGivenUp: Bool {
        expired.contains(usualPatience) && !isBound && method != .shutdown && hasSentinels
    }

    /// Gives up a new primary that does not answer, but only if no Sentinel names it or may be promoting it. Then no
    /// client has written to it.
    private mutating func judged(_ event: Event) -> Action {
        guard case .sentinels(let sentinels) = event else { return confirm() }
        if sentinels.allAnswer, !sentinels.isBusy, sentinels.named == .none {
            // The state file must say that nothing was promoted before the fence comes down. Otherwise, if the new
            // primary comes back promoted, a resume would believe that it has the newest data.
            return enter(.abandoning, .record(.fencing))
        }
        return goOnConfirming()
    }

    /// Whether planrun sends the promotion again: the first one may have been lost, and nobody else may be there to
    /// send it.
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

    /// Keeps the fence up if a Sentinel has promoted the new primary or may be about to. The fence keeps the old
    /// primary from acknowledging writes that would be lost.
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

/// The way from the promotion to the end.
extension CutoverStateMachine {
    /// Demotes the old primary now, but only if writes are held back. If not, the Sentinels learn of the promotion
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
        hasSentinels ? beginToWatch() : enter(.releasing(.released), .releaseClients)
    }

    private mutating func beginToWatch() -> Action {
        enter(.watching(.held), starting([.announcement], beingPatient(.readSentinels)))
    }

    /// Releases clients for good when every Sentinel that answers sends them to the new primary, whichever way they
    /// ask. Before that, those that ask for the primary that a Sentinel shows would come back to the old one.
    private mutating func watched(_ event: Event, _ clients: Clients, _ isPauseCertain: Bool) -> Action {
        guard case .sentinels(let sentinels) = event else {
            // After Ctrl-C planrun does not wait longer than the Sentinels usually need. A resume does the rest.
            if clients != .held, stop == .drain, expired.contains(usualPatience) { return finish(.stopped(.drain)) }
            return event == .expired(.firstSign) ? starting([usualPatience], .readSentinels) : .readSentinels
        }
        if clients != .released, sentinels.shown == .all { return enter(.releasing(.released), .releaseClients) }
        if sentinels.allShowIt { return conclude() }
        if mustEndFailover(sentinels) {
            hasEndedFailover = true
            return enter(.ending(clients), .endFailover)
        }
        let isHeld = clients == .held && isPauseCertain
        // A leading Sentinel shows it only after the other replicas follow, and nobody is held up for that.
        if isHeld, sentinels.named == .all, expired.contains(.switchover) {
            return enter(.releasing(.loose), .releaseClients)
        }
        let clients: Clients = sentinels.shown == .all ? .released : isHeld ? .held : .loose
        if expired.contains(.announcement) { return enter(.expiring, .readRole) }
        if mustAskAgain(sentinels) { return enter(.askingAgain(clients), .askSentinelAgain) }
        guard isHeld else { return enter(.lookingAfter(clients), .readRole) }
        let wait = Action.wait(Pace.announcement, renewingPause: true)
        return sentinels.named == .all ? starting([.switchover], wait) : wait
    }

    /// Whether to end the failover of a Sentinel that shows the new primary only after the other replicas follow.
    private func mustEndFailover(_ sentinels: SentinelsSeen) -> Bool {
        endsFailover && !hasEndedFailover && stop != .leaseLost && sentinels.isBusy && sentinels.named == .all
            && sentinels.shown != .all
    }

    /// Whether to ask for another failover. The one under way gets the time that a failover normally takes. If no
    /// Sentinel shows any sign of it, planrun asks again sooner.
    private func mustAskAgain(_ sentinels: SentinelsSeen) -> Bool {
        if sentinels.isBusy || stop == .leaseLost { return false }
        let isIdle = method == .announce || sentinels.isLeaderSilent || sentinels.named == .none
        return expired.contains(.patience) || isIdle && expired.contains(.firstSign)
    }

    /// Stops if the new primary has become a replica again. The old primary may have acknowledged writes since then,
    /// and another failover could promote the new one without them.
    private mutating func askedAgain(_ event: Event, _ clients: Clients) -> Action {
        if event == .isReplica { return finish(.turnedBack) }
        return enter(.watching(clients), beingPatient(.readSentinels))
    }

    private mutating func lookedAfter(_ event: Event, _ clients: Clients) -> Action {
        switch event {
        case .isReplica: return finish(.turnedBack)
        case .isPrimary:
            isSilent = false
            return enter(.watching(clients), .wait(Pace.released, renewingPause: false))
        default:
            state = .watching(clients)
            return heardNothing(.wait(Pace.released, renewingPause: false))
        }
    }

    private mutating func conclude() -> Action {
        forgetTimers()
        return enter(.concluding, .readRole)
    }

    /// Looks once more before the old primary gets its settings back: a Sentinel that learned of the promotion late may
    /// have undone it.
    private mutating func concluded(_ event: Event) -> Action {
        switch event {
        case .isPrimary: enter(.bringingToRest, .bringToRest)
        // planrun does not promote it a second time here. While it was a replica again, the old primary may have
        // acknowledged writes that it does not have.
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

    /// Chooses the failure by whether the new primary still answers, because the person has to repair something
    /// different in each case.
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
    /// How long the machine waits before it repeats a question. The times are short while writes are held back.
    /// Questions do not pile up at a Dragonfly that is slow to answer, because each one is sent only after the last one
    /// was answered.
    enum Pace {
        static let drain = Duration.milliseconds(2)
        static let promotion = Duration.milliseconds(20)
        static let announcement = Duration.milliseconds(10)
        static let released = Duration.milliseconds(100)
    }

    /// How long the Sentinels usually need: an announcement takes effect at once or never, a failover takes a second or
    /// two.
    private var usualPatience: Timer { method == .announce ? .firstSign : .patience }

    /// Waits for the first sign of the failover that was asked for; `watched` then allows the time of a normal
    /// failover.
    private mutating func beingPatient(_ action: Action) -> Action {
        running.remove(TimerSet(.patience))
        expired.remove(TimerSet(.patience))
        return restarting([.firstSign], action)
    }

    /// Starts those timers that are not running and have not expired.
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

    /// Forgets the timers of a wait that is over. If the driver still reports that one of them expired, the machine
    /// ignores that.
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
