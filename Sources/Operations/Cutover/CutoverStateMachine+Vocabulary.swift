/// What the machine says to its driver, and hears from it.
extension CutoverStateMachine {
    /// What the driver shall do, one at a time; each is answered by an observation.
    enum Action: Hashable {
        /// `min-replicas-to-write` and `replica-priority 0` on the old primary.
        case raiseFence
        /// Begins the write pause or holds on to it, and samples the old primary's offset.
        case holdWrites
        /// Whether the new primary has reached that offset.
        case compareOffsets
        /// Whether the new primary has carried out all that it was sent.
        case lookForRefusals
        /// Writes to the state file how far it came; before the next effect, never after.
        case record(CutoverMemory.Phase)
        case askSentinel
        case shutDown
        case promote
        case readRole
        case demote
        /// The Sentinels are told who is primary, each in the name of another.
        case announce
        case readSentinels
        /// A failover is asked for of a Sentinel that does not see the new primary by itself.
        case askSentinelAgain
        /// Ends the pause and the connections of the clients that wait in it.
        case releaseClients
        case settle
        /// Takes the fences and the pause back.
        case lowerFence
        /// A moment passes before the same is asked again; the pause is lengthened meanwhile, or not.
        case wait(renewingPause: Bool)
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
    }

    struct SentinelsSeen: Hashable {
        /// How many of the Sentinels that answer tell clients the new primary; one that is silent tells nobody anything.
        var named: Portion
        /// Whether all show it as the monitored primary, too.
        var allShowIt = false
        /// Whether one of them is in the middle of a failover that may promote somebody yet.
        var isBusy = false
        /// Whether all have answered; one that is silent may be doing anything.
        var allAnswer = true

        enum Portion: Hashable { case none, some, all }
    }

    struct Observation: Hashable {
        var event: Event
        /// Whether writes have been held back without interruption, and still are.
        var isPauseCertain = false
        /// Whether the present wait has lasted as long as it may.
        var isLate = false
        /// Whether the Sentinels have had the time that a failover normally takes.
        var isOverdue = false
    }

    /// Why a handover that has promoted nobody is taken back.
    enum Cause: Hashable {
        /// An action was refused or failed; the driver knows why.
        case refused
        case notCaughtUp, notFollowing, pauseEnded
        /// The new primary does not answer, and no Sentinel promotes or names it.
        case targetGone
    }

    enum Outcome: Hashable {
        case handedOver
        /// Nothing was promoted; whether the old primary's settings are as before.
        case steppedBack(Cause, isUnfenced: Bool)
        /// A Sentinel promotes the new primary by itself. The fences stay.
        case overtaken(Cause)
        /// A Sentinel that does not answer may be about to. The fences stay.
        case rivalUnknown(Cause)
        case promotionUnknown
        /// A Sentinel that did not know of the promotion made the new primary a replica again.
        case turnedBack
        /// The new primary does not answer any more.
        case silent
        case notAnnounced
        case notSettled
    }

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

extension CutoverStateMachine.Action {
    /// What a planrun that has lost its lease does not do any more, because another may carry out the run by now.
    ///
    /// Where nobody was promoted, the machine takes the fences back instead, and the source takes writes as before. Where
    /// somebody was, the old primary is still demoted, the Sentinels are told, and the clients that wait are let go: until
    /// then no server takes writes. What comes after that has time.
    var isLeftToNextHolder: Bool {
        switch self {
        case .raiseFence, .compareOffsets, .lookForRefusals, .askSentinel, .shutDown, .promote, .settle: true
        case .holdWrites, .record, .readRole, .demote, .announce, .readSentinels, .askSentinelAgain, .releaseClients,
            .lowerFence, .wait, .finish:
            false
        }
    }
}
