/// What the machine tells its driver to do, and what the driver answers.
extension CutoverStateMachine {
    /// What the driver shall do, one at a time; it answers each with one event.
    indirect enum Action: Hashable {
        /// Raises the fence: sets `min-replicas-to-write` and `replica-priority 0` on the old primary.
        case raiseFence
        /// Begins the write pause, or lengthens it, and reads the old primary's offset.
        case holdWrites
        /// Asks the new primary whether it has reached that offset; in the last round also whether it has refused
        /// anything that it was sent.
        case compareOffsets(Round)
        /// Writes to the state file how far the handover has come. It always comes before the effect that the phase
        /// speaks of.
        case record(CutoverMemory.Phase)
        case askSentinel
        case shutDown
        /// Promotes the new primary, and asks it for its role in the same message.
        case promote
        case readRole
        case demote
        /// Tells the Sentinels who is primary, each in the name of another.
        case announce
        case readSentinels
        /// Asks for a failover again, at a Sentinel that does not name the new primary yet; but only if the new primary
        /// has just said that it is one.
        case askSentinelAgain
        /// Ends the pause, and the connections of the clients that wait in it.
        case releaseClients
        /// Gives the old primary, which is a replica now, the settings with which it stays.
        case bringToRest
        /// Lowers the fence and ends the pause.
        case lowerFence
        /// Waits before the same question is asked again: for this duration, or until a timer expires. With
        /// `renewingPause` the write pause is lengthened first.
        case wait(Duration, renewingPause: Bool)
        /// Starts a timer, from the beginning if it runs already, and then carries out the other action.
        case start(Timer, then: Action)
        case finish(Outcome)
    }

    /// How an action ended, or what it saw.
    enum Event: Hashable {
        case done
        /// The action was certainly not done; the driver knows why.
        case refused
        /// No answer came: the action may have been done.
        case unanswered
        case reached, behind, detached
        case isPrimary, isReplica
        case sentinels(SentinelsSeen)
        /// The wait of `Action.wait` ended and no timer has expired.
        case waited
        /// The wait ended because this timer expired. The driver reports it once for each start of the timer.
        case expired(Timer)
    }

    /// What the machine waits for within a limit. How long each timer runs is the driver's business.
    enum Timer: UInt8, CaseIterable {
        /// By then the new primary must have been promoted.
        case promotion
        /// By then every Sentinel must name the new primary.
        case announcement
        /// By then a failover that was asked for shows at a Sentinel. If none shows, none will come.
        case firstSign
        /// By its end a failover of the Sentinels is normally over.
        case patience
        /// By its end a promoted server that stays silent is taken for gone. Clients are sent to it already and only a
        /// person can start it again, so the person must learn of it soon.
        case silence
    }

    struct TimerSet: OptionSet, Hashable {
        var rawValue: UInt8 = 0

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ timer: Timer) { rawValue = 1 << timer.rawValue }

        func contains(_ timer: Timer) -> Bool { contains(Self(timer)) }
    }

    /// Why the handover shall end early.
    enum Stop: Hashable, CaseIterable {
        /// Ctrl-C. The handover is finished all the same, with one exception: once clients have been released and the
        /// Sentinels take longer than usual, a resume does the rest.
        case drain
        /// Another planrun may hold the run by now, so this one begins no new effect.
        case leaseLost
    }

    struct SentinelsSeen: Hashable {
        /// How many of the Sentinels that answer send clients to the new primary. A silent Sentinel sends nobody
        /// anywhere and is not counted.
        var named: Portion
        /// Whether all Sentinels also show the new primary as the one that they monitor.
        var allShowIt = false
        /// Whether a Sentinel is in the middle of a failover, which may still promote some server.
        var isBusy = false
        /// Whether all Sentinels have answered. A silent one may be doing anything, a failover included.
        var allAnswer = true
        /// Whether the Sentinel that was asked for the failover is silent.
        var isLeaderSilent = false

        enum Portion: Hashable { case none, some, all }
    }

    /// Why a handover is taken back before anything was promoted.
    enum Cause: Hashable {
        /// A server refused an action, or it failed; the driver knows why.
        case refused
        case notCaughtUp, notFollowing, pauseEnded
        /// The new primary does not answer, and no Sentinel promotes or names it.
        case targetGone
        case leaseLost
    }

    enum Outcome: Hashable {
        case handedOver
        /// Nothing was promoted. `isUnfenced` tells whether the old primary has its former settings again.
        case steppedBack(Cause, isUnfenced: Bool)
        /// A Sentinel promotes the new primary by itself. The fence stays.
        case overtaken(Cause)
        /// A Sentinel that does not answer may be promoting the new primary. The fence stays.
        case rivalUnknown(Cause)
        case promotionUnknown
        /// A Sentinel that did not know of the promotion made the new primary a replica again.
        case turnedBack
        /// The new primary was promoted and does not answer any more.
        case silent
        case notAnnounced
        case notAtRest
        /// The new primary is promoted and clients are on their way to it; the old one was not brought to rest.
        case stopped(Stop)
    }

    /// Offsets are compared twice: before the promotion is written to the state file, and right before it is made.
    enum Round: Hashable { case first, last }
}

/// How the roles are exchanged.
enum CutoverMethod: String, Codable, Hashable, CaseIterable {
    /// A Sentinel is asked for a failover at the moment that makes it shortest. planrun promotes the new primary right
    /// after, so that the Sentinel finds it promoted at its next look.
    case sentinel
    /// planrun swaps the roles, then tells every Sentinel.
    case announce
    /// planrun promotes the new primary; there are no Sentinels that have to learn of it.
    case promote
    /// The source is shut down, and the Sentinels notice and fail over by themselves.
    case shutdown
}
