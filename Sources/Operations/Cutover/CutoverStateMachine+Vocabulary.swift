/// What the machine says to its driver, and hears from it.
extension CutoverStateMachine {
    /// What the driver shall do, one at a time; it answers each with one event.
    indirect enum Action: Hashable {
        /// Sets `min-replicas-to-write` and `replica-priority 0` on the old primary.
        case raiseFence
        /// Begins the write pause or holds on to it, and reads the old primary's offset.
        case holdWrites
        /// Asks the new primary whether it has reached that offset; in the last round also whether it has refused
        /// anything that it was sent.
        case compareOffsets(Round)
        /// Writes to the state file how far the handover has come. Always sent before the effect that it speaks of.
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
        /// Asks a Sentinel that does not see the new primary by itself for a failover, if the new primary has just said that
        /// it is one.
        case askSentinelAgain
        /// Ends the pause, and the connections of the clients that wait in it.
        case releaseClients
        /// Gives the old primary the settings with which it stays, as a replica.
        case bringToRest
        /// Takes the fence and the pause back.
        case lowerFence
        /// Lets a moment pass before the same is asked again. It ends earlier where a timer expires; the pause is
        /// lengthened at its beginning, or not.
        case wait(Duration, renewingPause: Bool)
        /// Starts a timer, anew if it runs already, and goes on with the other action.
        case start(Timer, then: Action)
        case finish(Outcome)
    }

    /// How an action ended, or what it saw.
    enum Event: Hashable {
        case done
        /// It has certainly not been done; the driver knows why.
        case refused
        /// It may have been done.
        case unanswered
        case reached, behind, detached
        case isPrimary, isReplica
        case sentinels(SentinelsSeen)
        /// The moment has passed.
        case waited
        /// The wait ended because this timer expired. The driver tells it once for each start.
        case expired(Timer)
    }

    /// How long the machine is willing to wait for what. The lengths are the driver's business.
    enum Timer: UInt8, CaseIterable {
        /// Until the new primary has to be one.
        case promotion
        /// Until every Sentinel has to name it.
        case announcement
        /// By then a failover that was asked for can be seen at a Sentinel. Where none is under way, none will come.
        case firstSign
        /// What is left then of the time that a failover normally takes.
        case patience
        /// A promoted server that says nothing for so long is taken for gone: clients are on their way to it, and a person
        /// can start it again.
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
        /// Ctrl-C. The handover is finished all the same; only where the Sentinels take longer than usual, and clients have
        /// been released, is the rest left to a resume.
        case drain
        /// Another planrun may hold the run by now, so that nothing new is begun.
        case leaseLost
    }

    struct SentinelsSeen: Hashable {
        /// How many of the Sentinels that answer send clients to the new primary. One that is silent sends nobody anywhere.
        var named: Portion
        /// Whether all of them also show it as the primary that they monitor.
        var allShowIt = false
        /// Whether one of them is in the middle of a failover, which may still promote somebody.
        var isBusy = false
        /// Whether all have answered. One that is silent may be doing anything.
        var allAnswer = true
        /// Whether the one that was asked for the failover is silent.
        var isLeaderSilent = false

        enum Portion: Hashable { case none, some, all }
    }

    /// Why a handover that has promoted nobody is taken back.
    enum Cause: Hashable {
        /// An action was refused or failed; the driver knows why.
        case refused
        case notCaughtUp, notFollowing, pauseEnded
        /// The new primary does not answer, and no Sentinel promotes or names it.
        case targetGone
        case leaseLost
    }

    enum Outcome: Hashable {
        case handedOver
        /// Nothing was promoted; whether the old primary's settings are as before.
        case steppedBack(Cause, isUnfenced: Bool)
        /// A Sentinel promotes the new primary by itself. The fence stays.
        case overtaken(Cause)
        /// A Sentinel that does not answer may be about to. The fence stays.
        case rivalUnknown(Cause)
        case promotionUnknown
        /// A Sentinel that did not know of the promotion made the new primary a replica again.
        case turnedBack
        /// The new primary does not answer any more.
        case silent
        case notAnnounced
        case notAtRest
        /// The new primary is one and clients are on their way to it; the old one was not brought to rest.
        case stopped(Stop)
    }

    /// Offsets are compared twice: before the promotion is written to the state file, and right before it is made.
    enum Round: Hashable { case first, last }
}

/// How the roles are exchanged.
enum CutoverMethod: String, Codable, Hashable, CaseIterable {
    /// A Sentinel is asked to fail over at the moment that suits it best, and finds its promotion done.
    case sentinel
    /// The roles are swapped, then every Sentinel is told.
    case announce
    /// Without Sentinels.
    case promote
    /// The source is stopped, and the Sentinels notice.
    case shutdown
}
