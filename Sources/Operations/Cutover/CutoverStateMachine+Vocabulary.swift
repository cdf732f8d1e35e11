/// What the machine tells its driver to do, and what the driver reports.
extension CutoverStateMachine {
    /// What the driver must do. It carries out one action at a time and reports one event for each.
    indirect enum Action: Hashable {
        /// Raises the fence: sets `min-replicas-to-write` and `replica-priority 0` on the old primary.
        case raiseFence
        /// Begins the write pause, or lengthens it, and reads the old primary's offset.
        case holdWrites
        /// Asks the new primary whether it has reached that offset. In the last round it also asks whether the new
        /// primary has refused any command of the stream.
        case compareOffsets(Round)
        /// Writes to the state file how far the handover has come, always before the change that the phase announces.
        case record(CutoverMemory.Phase)
        case askSentinel
        case shutDown
        /// Promotes the new primary, and asks it for its role in the same round trip.
        case promote
        case readRole
        case demote
        /// Tells each Sentinel, in the name of another Sentinel, who is primary.
        case announce
        case readSentinels
        /// Asks for another failover at a Sentinel that does not name the new primary yet, but only after the new
        /// primary has just said that it is one.
        case askSentinelAgain
        /// Makes a Sentinel end its failover that names the new primary to clients but does not show it yet.
        case endFailover
        /// Ends the pause, and closes the connections of all clients of the old primary.
        case releaseClients
        /// Gives the old primary, which is a replica now, the settings that it will keep.
        case bringToRest
        /// Lowers the fence and ends the pause.
        case lowerFence
        /// Waits for this duration, or until a timer expires, before the last question is asked again. With
        /// `renewingPause` the write pause is lengthened first.
        case wait(Duration, renewingPause: Bool)
        /// Starts a timer, or restarts it if it is running, and then carries out the other action.
        case start(Timer, then: Action)
        case finish(Outcome)
    }

    /// How an action ended, or what it found.
    enum Event: Hashable {
        case done
        /// The action was certainly not carried out; the driver knows why.
        case refused
        /// No answer came, so the action may have been carried out.
        case unanswered
        case reached, behind, detached
        case isPrimary, isReplica
        case sentinels(SentinelsSeen)
        /// The wait of `Action.wait` is over, and no timer has expired.
        case waited
        /// The wait is over because this timer expired. The driver reports that once for each start of the timer.
        case expired(Timer)
    }

    /// The limits within which the machine waits for something. `CutoverLimits` says how long each timer runs.
    enum Timer: UInt8, CaseIterable {
        /// When it expires, the new primary must have been promoted.
        case promotion
        /// When it expires, every Sentinel must name the new primary.
        case announcement
        /// By then a Sentinel that names the new primary also shows it, unless it waits for other replicas.
        case switchover
        /// When it expires, some Sentinel must show signs of the failover that was asked for. Otherwise none will come.
        case firstSign
        /// When it expires, a failover of the Sentinels is normally over.
        case patience
        /// When it expires, a promoted server that does not answer is considered gone. Clients are already sent to it,
        /// and only a person can start it again, so the person must be told soon.
        case silence
    }

    struct TimerSet: OptionSet, Hashable {
        var rawValue: UInt8 = 0

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ timer: Timer) { rawValue = 1 << timer.rawValue }

        func contains(_ timer: Timer) -> Bool { contains(Self(timer)) }
    }

    /// Why the handover should end early.
    enum Stop: Hashable, CaseIterable {
        /// Ctrl-C. The handover is completed anyway, with one exception: if no client is held back any more and the
        /// Sentinels take longer than usual, the rest is left to a resume.
        case drain
        /// Another planrun may have taken over the run, so this one should start no new change.
        case leaseLost
    }

    struct SentinelsSeen: Hashable {
        /// How many of the Sentinels that answer send clients to the new primary. A silent Sentinel sends clients
        /// nowhere and is not counted.
        var named: Portion
        /// How many of the Sentinels that answer also show the new primary in `SENTINEL MASTER`. Some clients ask for
        /// that.
        var shown = Portion.none
        /// Whether some Sentinel is in the middle of a failover, which may still promote a server.
        var isBusy = false
        /// Whether all Sentinels have answered. A silent one may be doing anything, even a failover.
        var allAnswer = true
        /// Whether the Sentinel that was asked for the failover is silent.
        var isLeaderSilent = false

        var allShowIt: Bool { shown == .all && allAnswer }

        enum Portion: Hashable { case none, some, all }
    }

    /// What is known of the clients of the old primary after the promotion.
    enum Clients: Hashable {
        /// Some of them may wait in the pause.
        case held
        /// The pause is over, and some of them may still be at the old primary or be sent back to it.
        case loose
        /// Their connections were closed when every Sentinel that answers sent them to the new primary.
        case released
    }

    /// Why a handover is undone before anything was promoted.
    enum Cause: Hashable {
        /// A server refused an action, or the action failed; the driver knows why.
        case refused
        case notCaughtUp, notFollowing, pauseEnded
        /// The new primary does not answer, and no Sentinel names it or is about to promote it.
        case targetGone
        case leaseLost
    }

    enum Outcome: Hashable {
        case handedOver
        /// Nothing was promoted. `isUnfenced` says whether the old primary has its former settings again.
        case steppedBack(Cause, isUnfenced: Bool)
        /// A Sentinel promotes the new primary on its own. The fence stays.
        case overtaken(Cause)
        /// A Sentinel that does not answer may be promoting the new primary. The fence stays.
        case rivalUnknown(Cause)
        case promotionUnknown
        /// A Sentinel that had not heard of the promotion made the new primary a replica again.
        case turnedBack
        /// The new primary was promoted and does not answer any more.
        case silent
        case notAnnounced
        case notAtRest
        /// The new primary is promoted and clients move to it, but the old primary was not brought to rest.
        case stopped(Stop)
    }

    /// Offsets are compared twice: before the planned promotion is written to the state file, and right before it is
    /// sent.
    enum Round: Hashable { case first, last }
}

/// How the two servers exchange their roles.
enum CutoverMethod: String, Codable, Hashable, CaseIterable {
    /// A Sentinel is asked for a failover, at the moment that makes the failover shortest. planrun promotes the new
    /// primary right afterwards, so the Sentinel finds it promoted when it next reads its INFO.
    case sentinel
    /// planrun swaps the roles, then tells every Sentinel itself.
    case announce
    /// planrun promotes the new primary. There are no Sentinels that have to learn of it.
    case promote
    /// The source is shut down. The Sentinels notice that and fail over by themselves.
    case shutdown
}
