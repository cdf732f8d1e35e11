import Testing

@testable import Operations

/// Conversations with the state machine of a handover, word for word.
struct CutoverStateMachineTests {
    private typealias Machine = CutoverStateMachine
    private typealias Seen = CutoverStateMachine.SentinelsSeen

    private let nobody = CutoverStateMachine.Event.sentinels(.init(named: .none))
    private let some = CutoverStateMachine.Event.sentinels(.init(named: .some))
    private let everybody = CutoverStateMachine.Event.sentinels(.init(named: .all))
    private let settled = CutoverStateMachine.Event.sentinels(.init(named: .all, shown: .all))
    /// One of them does not answer.
    private let almostSettled = CutoverStateMachine.Event.sentinels(.init(named: .all, shown: .all, allAnswer: false))

    // MARK: Undisturbed

    @Test func `via sentinel`() {
        var machine = Machine(method: .sentinel, hasSentinels: true)
        #expect(machine.begin() == .raiseFence)
        #expect(machine.hears(.done) == .holdWrites)
        #expect(machine.hears(.done) == .compareOffsets(.first))
        #expect(machine.hears(.behind) == .wait(.milliseconds(2), renewingPause: false))
        #expect(machine.hears(.waited) == .compareOffsets(.first))
        #expect(machine.hears(.reached) == .record(.promoting))
        #expect(machine.hears(.done) == .holdWrites)
        #expect(machine.hears(.done) == .compareOffsets(.last))
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.done) == .promote)
        #expect(machine.hears(.isPrimary) == .demote)
        #expect(machine.hears(.done) == .watching)
        #expect(machine.hears(nobody) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(everybody) == .start(.switchover, then: .wait(.milliseconds(10), renewingPause: true)))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(settled) == .releaseClients)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.done) == .finish(.handedOver))
    }

    /// It takes as long as other replicas take to follow.
    @Test func `where the Sentinels show the new primary later than they name it, clients are released twice`() {
        var machine = Machine.demoted(.sentinel)
        #expect(machine.hears(everybody) == .start(.switchover, then: .wait(.milliseconds(10), renewingPause: true)))
        #expect(machine.hears(.expired(.switchover)) == .readSentinels)
        #expect(machine.hears(everybody) == .releaseClients)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(everybody) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(settled) == .releaseClients)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
    }

    @Test func `a Sentinel that waits for other replicas is made to end its failover, once`() {
        let waiting = CutoverStateMachine.Event.sentinels(.init(named: .all, isBusy: true))
        var machine = Machine.demoted(.sentinel, endsFailover: true)
        #expect(machine.hears(nobody) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(waiting) == .endFailover)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(settled) == .releaseClients)

        machine = Machine.demoted(.sentinel, endsFailover: true)
        #expect(machine.hears(waiting) == .endFailover)
        #expect(machine.hears(.refused) == .readSentinels)
        #expect(machine.hears(waiting) == .start(.switchover, then: .wait(.milliseconds(10), renewingPause: true)))

        machine = Machine.demoted(.sentinel)
        #expect(machine.hears(waiting) == .start(.switchover, then: .wait(.milliseconds(10), renewingPause: true)))
    }

    @Test func `a Sentinel that answers late, and sends clients to the old primary, makes them be released again`() {
        var machine = Machine.released(.sentinel)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(settled) == .releaseClients)
    }

    @Test func `a resume that finds all in its place releases clients and brings the source to rest`() {
        var machine = Machine(method: .sentinel, hasSentinels: true)
        #expect(machine.settle() == .watching)
        #expect(machine.hears(settled, isPauseCertain: false) == .releaseClients)
        #expect(machine.hears(.done, isPauseCertain: false) == .readSentinels)
        #expect(machine.hears(settled, isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.done) == .finish(.handedOver))
    }

    @Test func `via announce`() {
        var machine = Machine.drained(.announce)
        #expect(machine.hears(.reached) == .promote)
        #expect(machine.hears(.isPrimary) == .demote)
        #expect(machine.hears(.done) == .announce)
        #expect(machine.hears(.done) == .watching)
        #expect(machine.hears(settled) == .releaseClients)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.done) == .finish(.handedOver))
    }

    @Test func `via promote, without Sentinels`() {
        var machine = Machine.drained(.promote)
        #expect(machine.hears(.reached) == .promote)
        #expect(machine.hears(.isPrimary) == .demote)
        #expect(machine.hears(.done) == .releaseClients)
        #expect(machine.hears(.done) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.done) == .finish(.handedOver))
    }

    @Test func `via shutdown`() {
        var machine = Machine.drained(.shutdown)
        #expect(machine.hears(.reached) == .shutDown)
        #expect(machine.hears(.done) == .confirming(.patience))
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: false))
        #expect(machine.hears(.waited) == .readRole)
        #expect(machine.hears(.isPrimary) == .watching)
        #expect(machine.hears(settled) == .releaseClients)
    }

    @Test func `a return that gives writes up compares no offsets`() {
        var machine = Machine(method: .announce, hasSentinels: true, drains: false)
        #expect(machine.begin() == .raiseFence)
        #expect(machine.hears(.done) == .holdWrites)
        #expect(machine.hears(.done) == .record(.promoting))
        #expect(machine.hears(.done) == .holdWrites)
        #expect(machine.hears(.done) == .promote)
    }

    // MARK: Steps back

    @Test(
        arguments: [
            (.refused, .refused), (.detached, .notFollowing), (.unanswered, .notCaughtUp),
        ] as [(CutoverStateMachine.Event, CutoverStateMachine.Cause)])
    func `what keeps the new primary from catching up takes everything back`(
        _ event: CutoverStateMachine.Event, _ cause: CutoverStateMachine.Cause
    ) {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(event) == .readSentinels)
        #expect(machine.hears(nobody) == .lowerFence)
        #expect(machine.hears(.done) == .record(.fencing))
        #expect(machine.hears(.done) == .finish(.steppedBack(cause, isUnfenced: true)))
    }

    @Test func `a pause that ended while the intent was written takes everything back`() {
        var machine = Machine.drained(.promote)
        #expect(machine.hears(.reached, isPauseCertain: false) == .lowerFence)
        #expect(machine.hears(.refused) == .record(.fencing))
        #expect(machine.hears(.done) == .finish(.steppedBack(.pauseEnded, isUnfenced: false)))
    }

    @Test func `a new primary that is behind when the pause ends takes everything back`() {
        var machine = Machine.drained(.promote)
        #expect(machine.hears(.behind) == .wait(.milliseconds(2), renewingPause: false))
        #expect(machine.hears(.waited, isPauseCertain: false) == .lowerFence)
        #expect(machine.hears(.done) == .record(.fencing))
        #expect(machine.hears(.done) == .finish(.steppedBack(.notCaughtUp, isUnfenced: true)))
    }

    @Test(
        arguments: [
            (Seen(named: .some), .overtaken(.refused)), (Seen(named: .none, isBusy: true), .overtaken(.refused)),
            (Seen(named: .none, allAnswer: false), .rivalUnknown(.refused)),
        ] as [(CutoverStateMachine.SentinelsSeen, CutoverStateMachine.Outcome)])
    func `the fence stays where a Sentinel promotes, or may`(
        _ sentinels: CutoverStateMachine.SentinelsSeen, _ outcome: CutoverStateMachine.Outcome
    ) {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.refused) == .readSentinels)
        #expect(machine.hears(.sentinels(sentinels)) == .record(.promoting))
        #expect(machine.hears(.done) == .finish(outcome))
    }

    // MARK: The promotion

    @Test func `writes that got through while the Sentinel was asked are drained, too`() {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.done, isPauseCertain: false) == .holdWrites)
        #expect(machine.hears(.done) == .compareOffsets(.first))
        #expect(machine.hears(.behind) == .wait(.milliseconds(2), renewingPause: false))
        #expect(machine.hears(.waited) == .compareOffsets(.first))
        #expect(machine.hears(.reached) == .promote)
    }

    @Test func `where they cannot be held back again, the Sentinel promotes`() {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.done, isPauseCertain: false) == .holdWrites)
        #expect(machine.hears(.refused, isPauseCertain: false) == .confirming(.patience))
    }

    @Test func `a promotion whose answer is lost is looked for, and sent again while writes are held back`() {
        var machine = Machine.drained(.announce)
        #expect(machine.hears(.reached) == .promote)
        #expect(machine.hears(.unanswered) == .confirming(.firstSign))
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.waited) == .promote)
        // The first attempt may have been carried out although its reply was lost.
        #expect(machine.hears(.refused) == .readRole)
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.waited, isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.expired(.promotion), isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isReplica) == .finish(.promotionUnknown))
    }

    @Test func `a promotion that is refused takes everything back`() {
        var machine = Machine.drained(.promote)
        #expect(machine.hears(.reached) == .promote)
        #expect(machine.hears(.refused) == .lowerFence)
    }

    @Test func `impatience asks the Sentinels about a silent target, lateness gives up`() {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.done) == .promote)
        #expect(machine.hears(.unanswered) == .confirming(.patience))
        #expect(machine.hears(.unanswered) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.expired(.patience)) == .readRole)
        #expect(machine.hears(.unanswered) == .readSentinels)
        #expect(machine.hears(some) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.expired(.promotion)) == .readRole)
        #expect(machine.hears(.isReplica) == .finish(.promotionUnknown))
    }

    @Test func `a target that is gone, and that no Sentinel names, is given up`() {
        var machine = Machine.drained(.announce)
        #expect(machine.hears(.reached) == .promote)
        #expect(machine.hears(.unanswered) == .confirming(.firstSign))
        #expect(machine.hears(.unanswered) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.expired(.firstSign), isPauseCertain: false) == .readRole)
        #expect(machine.hears(.unanswered) == .readSentinels)
        #expect(machine.hears(nobody) == .record(.fencing))
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(nobody) == .lowerFence)
        #expect(machine.hears(.done) == .record(.fencing))
        #expect(machine.hears(.done) == .finish(.steppedBack(.targetGone, isUnfenced: true)))
    }

    @Test func `a resume promotes again where the source follows the target already`() {
        var machine = Machine(method: .sentinel, hasSentinels: true)
        #expect(machine.goOn(isBound: true) == .confirming(.patience))
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.waited, isPauseCertain: false) == .promote)
        #expect(machine.hears(.isPrimary, isPauseCertain: false) == .holdWrites)
        #expect(machine.hears(.done) == .readRole)
        #expect(machine.hears(.isPrimary) == .demote)
    }

    @Test func `where writes cannot be held back the Sentinels are told before the old primary is demoted`() {
        var machine = Machine(method: .announce, hasSentinels: true)
        #expect(machine.goOn(isBound: false) == .confirming(.firstSign))
        #expect(machine.hears(.isPrimary, isPauseCertain: false) == .holdWrites)
        #expect(machine.hears(.refused, isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isPrimary, isPauseCertain: false) == .announce)
    }

    // MARK: The announcement

    @Test func `a Sentinel is asked again at the first sign of nothing, or when patience ends`() {
        var machine = Machine.demoted(.sentinel)
        #expect(machine.hears(some) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.expired(.firstSign)) == .start(.patience, then: .readSentinels))
        #expect(machine.hears(some) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(nobody) == .askSentinelAgain)
        #expect(machine.hears(.done) == .start(.firstSign, then: .readSentinels))
        #expect(machine.hears(nobody) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.expired(.firstSign)) == .start(.patience, then: .readSentinels))
        #expect(machine.hears(some) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.expired(.patience)) == .readSentinels)
        #expect(
            machine.hears(.sentinels(.init(named: .some, isBusy: true)))
                == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(some) == .askSentinelAgain)
        // By now a second failover would lose the writes that the old primary has acknowledged since.
        #expect(machine.hears(.isReplica) == .finish(.turnedBack))
    }

    @Test func `clients whose pause has ended stay until every Sentinel shows the new primary, or it is too late`() {
        var machine = Machine.demoted(.sentinel)
        #expect(machine.hears(nobody, isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(everybody) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.expired(.announcement)) == .readSentinels)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.isPrimary) == .finish(.notAnnounced))
    }

    @Test func `they are released also where a Sentinel never answers`() {
        var machine = Machine.demoted(.sentinel)
        #expect(machine.hears(almostSettled) == .releaseClients)
        #expect(machine.hears(.done) == .readSentinels)
        #expect(machine.hears(almostSettled) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.expired(.announcement)) == .readSentinels)
        #expect(machine.hears(almostSettled) == .readRole)
        #expect(machine.hears(.isPrimary) == .finish(.notAnnounced))
    }

    @Test func `a new primary that stays silent after clients were released ends it`() {
        var machine = Machine.released(.sentinel)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.unanswered) == .start(.silence, then: .wait(.milliseconds(100), renewingPause: false)))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        // The new primary had answered meanwhile.
        #expect(machine.hears(.expired(.silence)) == .readSentinels)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.unanswered) == .start(.silence, then: .wait(.milliseconds(100), renewingPause: false)))
        #expect(machine.hears(.expired(.silence)) == .readSentinels)
        #expect(machine.hears(some) == .readRole)
        #expect(machine.hears(.unanswered) == .finish(.silent))
    }

    @Test func `a new primary that a Sentinel made a replica again ends it`() {
        var machine = Machine.released(.sentinel)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isReplica) == .finish(.turnedBack))
    }

    @Test func `an old primary that does not take its settings is told of`() {
        var machine = Machine.released(.sentinel)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.refused) == .finish(.notAtRest))
    }

    // MARK: Stops

    @Test func `told to drain, it finishes the handover`() {
        var machine = Machine.released(.sentinel)
        machine.stop(.drain)
        #expect(machine.hears(settled) == .readRole)
        #expect(machine.hears(.isPrimary) == .bringToRest)
        #expect(machine.hears(.done) == .finish(.handedOver))
    }

    @Test func `a drain is heard where the Sentinels take longer than usual, once nobody is held back`() {
        var machine = Machine.drained(.sentinel)
        machine.stop(.drain)
        #expect(machine.hears(.reached) == .askSentinel)
        #expect(machine.hears(.done) == .promote)
        #expect(machine.hears(.isPrimary) == .demote)
        #expect(machine.hears(.done) == .watching)
        #expect(machine.hears(everybody, isPauseCertain: false) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.expired(.firstSign)) == .start(.patience, then: .readSentinels))
        #expect(machine.hears(everybody) == .readRole)
        #expect(machine.hears(.isPrimary) == .wait(.milliseconds(100), renewingPause: false))
        #expect(machine.hears(.expired(.patience)) == .finish(.stopped(.drain)))
    }

    @Test func `a lost lease takes everything back before the promotion`() {
        var machine = Machine.drained(.sentinel)
        machine.stop(.leaseLost)
        #expect(machine.hears(.reached) == .readSentinels)
        #expect(machine.hears(nobody) == .lowerFence)
        #expect(machine.hears(.done) == .record(.fencing))
        #expect(machine.hears(.refused) == .finish(.steppedBack(.leaseLost, isUnfenced: true)))
    }

    @Test func `with a lost lease the promotion is left to the Sentinel that was asked`() {
        var machine = Machine.drained(.sentinel)
        #expect(machine.hears(.reached) == .askSentinel)
        machine.stop(.leaseLost)
        #expect(machine.hears(.done) == .confirming(.patience))
        #expect(machine.hears(.isReplica) == .wait(.milliseconds(20), renewingPause: true))
        #expect(machine.hears(.waited) == .readRole)
        #expect(machine.hears(.isPrimary) == .demote)
    }

    @Test func `a lost lease demotes, announces and releases after the promotion, and nothing else`() {
        var machine = Machine.drained(.announce)
        #expect(machine.hears(.reached) == .promote)
        machine.stop(.leaseLost)
        machine.stop(.drain)
        #expect(machine.hears(.isPrimary) == .demote)
        #expect(machine.hears(.done) == .announce)
        #expect(machine.hears(.done) == .watching)
        #expect(machine.hears(nobody) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.expired(.firstSign)) == .readSentinels)
        #expect(machine.hears(nobody) == .wait(.milliseconds(10), renewingPause: true))
        #expect(machine.hears(.waited) == .readSentinels)
        #expect(machine.hears(settled) == .releaseClients)
        #expect(machine.hears(.done) == .finish(.stopped(.leaseLost)))
    }

    @Test func `an event without an action is a mistake`() async {
        await #expect(processExitsWith: .failure) {
            var machine = CutoverStateMachine(method: .promote, hasSentinels: false)
            _ = machine.receive(.done, isPauseCertain: true)
        }
    }
}

extension CutoverStateMachine {
    fileprivate mutating func hears(_ event: Event, isPauseCertain: Bool = true) -> Action {
        receive(event, isPauseCertain: isPauseCertain)
    }

    /// The machine at the point where the new primary was asked for its offset for the last time.
    fileprivate static func drained(_ method: CutoverMethod, endsFailover: Bool = false) -> Self {
        var machine = Self(method: method, hasSentinels: method != .promote, endsFailover: endsFailover)
        _ = machine.begin()
        for event in [.done, .done, .reached, .done, .done] as [Event] { _ = machine.hears(event) }
        return machine
    }

    /// The machine at the point where the Sentinels were asked for the first time.
    fileprivate static func demoted(_ method: CutoverMethod, endsFailover: Bool = false) -> Self {
        var machine = drained(method, endsFailover: endsFailover)
        for event in [.reached, .done, .isPrimary, .done] as [Event] { _ = machine.hears(event) }
        return machine
    }

    /// The machine at the point where clients were released and the Sentinels were asked again.
    fileprivate static func released(_ method: CutoverMethod) -> Self {
        var machine = demoted(method)
        for event in [.sentinels(.init(named: .all, shown: .all)), .done] as [Event] { _ = machine.hears(event) }
        return machine
    }
}

extension CutoverStateMachine.Action {
    fileprivate static func confirming(_ patience: CutoverStateMachine.Timer) -> Self {
        .start(.promotion, then: .start(patience, then: .readRole))
    }

    fileprivate static var watching: Self { .start(.announcement, then: .start(.firstSign, then: .readSentinels)) }
}
