import Execution
import PlanModel
import RedisTopology
import Values

/// The failures of a handover that did not complete. Each says what happened and what state the servers are in.
extension CutoverDriver {
    /// - Returns: `nil` if the handover is complete.
    func failure(_ outcome: CutoverStateMachine.Outcome) -> (any Error)? {
        switch outcome {
        case .handedOver: nil
        case .steppedBack(let cause, let isUnfenced): steppedBack(cause, isUnfenced)
        case .overtaken(let cause): overtaken(cause)
        case .rivalUnknown(let cause): rivalUnknown(cause)
        case .turnedBack: turnedBack()
        case .silent: silent()
        case .promotionUnknown: notPromoted(after: limits.promotion)
        case .notAnnounced: notAnnounced(after: limits.announcement)
        case .notAtRest: refusal ?? StepFailure(code: .oldPrimaryNotSettled, what: "")
        // The run itself tells the user why it stopped.
        case .stopped: CancellationError()
        }
    }

    private func steppedBack(_ cause: CutoverStateMachine.Cause, _ isUnfenced: Bool) -> any Error {
        guard var failure = failure(cause) else { return refusal ?? CancellationError() }
        if isUnfenced {
            let seconds = (pause.elapsed / .milliseconds(100)).rounded() / 10
            failure.world = [
                "nothing was promoted; the write pause was lifted after \(seconds) s; \(from.endpoint) takes writes"
            ]
        } else {
            let reason = (unfencing as? StepFailure)?.what ?? ""
            failure.world = [
                "nothing was promoted; the write pause on \(from.endpoint) ends by itself within \(cutover.writePause.planText)",
                "its min-replicas-to-write and replica-priority could not be put back yet: \(reason)",
            ]
        }
        // The Sentinel had accepted the failover and has aborted it since. The user must know when it may start
        // another.
        if cause == .targetGone, isSentinelAsked { failure.world.append(guardTime) }
        return failure
    }

    /// - Returns: `nil` for a cause that lies with no server, such as a state file that could not be written or a lost
    ///   lease.
    private func failure(_ cause: CutoverStateMachine.Cause) -> StepFailure? {
        switch cause {
        case .refused: refusal as? StepFailure
        case .notCaughtUp: notCaughtUp()
        case .notFollowing: notFollowing()
        case .pauseEnded: pause.ended()
        case .targetGone: targetGone()
        case .leaseLost: nil
        }
    }

    private var again: String { cutover.again }

    /// Whether a Sentinel does the promotion, because it was asked for a failover or because it notices that the source
    /// was shut down.
    private var isSentinelAsked: Bool { machine.method == .sentinel || machine.method == .shutdown }

    /// After an aborted failover a Sentinel starts no other by itself for twice its failover-timeout, counted from the
    /// start of the failover.
    private var guardTime: String {
        let guarded = Int64(saturating: limits.failoverTimeout * 2 / .milliseconds(1))
        let end = Timestamp(millisecondsSince1970: Timestamp.now.millisecondsSince1970 + guarded)
        return
            "a Sentinel that aborted a failover starts no other by itself for twice its failover-timeout (\(limits.failoverTimeout.planText)): not before \(end)"
    }

    private func overtaken(_ cause: CutoverStateMachine.Cause) -> any Error {
        guard let cause = failure(cause) else { return refusal ?? CancellationError() }
        return StepFailure(
            code: .failoverByAnother, what: "a Sentinel began a failover of its own in the middle of the cutover",
            place: cause.place + [cause.what],
            world: [
                "\(from.endpoint) is fenced, so that it takes no write once \(to.endpoint) has left it",
                "the Sentinels decide which of them is the primary",
            ],
            help: ["\(again) waits for the Sentinels and goes on from there"], isTransient: true)
    }

    private func rivalUnknown(_ cause: CutoverStateMachine.Cause) -> any Error {
        guard let cause = failure(cause) else { return refusal ?? CancellationError() }
        return StepFailure(
            code: .sentinelSilent,
            what: "\(cause.what), and a Sentinel does not answer: it may be promoting the target",
            place: cause.place + view.missing,
            world: [
                "nothing was promoted by planrun; the write pause on \(from.endpoint) ends by itself within \(cutover.writePause.planText)",
                "\(from.endpoint) takes writes as long as \(to.endpoint) follows it: planrun's min-replicas-to-write and replica-priority 0 are still set there",
            ],
            help: [
                "look at the Sentinels that do not answer; \(again) tries it again, \(cutover.isReturn ? "resume" : "rollback") puts the settings back"
            ], isTransient: true)
    }

    private func turnedBack() -> StepFailure {
        StepFailure(
            code: .turnedBack, what: "\(to.name) was promoted, and a Sentinel made it a replica again",
            place: [to.name],
            world: ["\(from.endpoint) takes no write that \(to.endpoint) does not get"],
            help: ["\(again) looks at the servers again, and goes on"], isTransient: true)
    }

    private func silent() -> StepFailure {
        StepFailure(
            code: .targetSilent, what: "\(to.name) was promoted, and no longer answers", place: [to.name],
            world: [
                "\(view.named == 0 ? "no Sentinel names" : "\(view.named) of \(view.total) Sentinels name") \(to.endpoint)",
                "\(from.endpoint) takes no writes: it may lack some that \(to.endpoint) has acknowledged",
            ],
            help: ["start \(to.endpoint) again with its data, then \(again)"], isTransient: true)
    }

    private func notFollowing() -> StepFailure {
        StepFailure(
            code: .targetDoesNotFollow, what: "\(to.name) stopped following \(from.name) during the cutover",
            place: [to.name], help: ["was it restarted, or detached by somebody?"], isTransient: true)
    }

    private func targetGone() -> StepFailure {
        StepFailure(
            code: .targetGone,
            what: isSuccessorReplaced
                ? "\(to.name) was started again while its promotion was asked for, and no Sentinel names it"
                : "\(to.name) has not answered since its promotion was asked for, and no Sentinel names it",
            place: [to.name], help: ["start \(to.endpoint) again; the Sentinels make it follow \(from.endpoint)"],
            isTransient: true)
    }

    private func notCaughtUp() -> StepFailure {
        StepFailure(
            code: .didNotCatchUp, what: "\(to.name) did not catch up within \(cutover.writePause.planText)",
            place: [to.name, seen], isTransient: true)
    }

    private func notPromoted(after limit: Duration) -> StepFailure {
        let cause =
            isSentinelAsked
            ? "the failover was accepted and may still happen" : "the promotion was sent and may still happen"
        return StepFailure(
            code: .promotionUnknown,
            what: isSuccessorReplaced
                ? "\(to.name) was started again while its promotion was asked for: it may lack what it had"
                : "\(to.name) did not become primary within \(limit.planText)",
            place: [to.name],
            world: (isSuccessorReplaced ? ["\(from.endpoint) was not made its replica and has every write"] : []) + [
                "\(cause); the write pause on \(from.endpoint) has run out",
                "\(from.endpoint) refuses writes by itself (min-replicas-to-write) once the target has left it",
            ] + (isSentinelAsked ? [guardTime] : []),
            help: ["\(again) looks at the servers again, and goes on or tries again"])
    }

    private func notAnnounced(after limit: Duration) -> StepFailure {
        StepFailure(
            code: .sentinelsNotSwitched,
            what: "\(view.named) of \(view.total) Sentinels name \(to.endpoint) after \(limit.planText)",
            place: view.missing,
            world: [
                "\(to.endpoint) is the primary\(view.named > 0 ? " and takes writes" : ""); \(from.endpoint) takes none",
                view.misleading > 0
                    ? "clients that ask one of the other Sentinels are still sent to \(from.endpoint)"
                    : "clients that ask a Sentinel that does not answer have to ask another one",
            ],
            help: ["look at the Sentinels that do not name it; \(again) waits for them again"])
    }
}

extension Cutover {
    /// The verb that completes the handover; the other one takes it back as long as nothing was promoted.
    fileprivate var again: String { isReturn ? "rollback" : "resume" }

    /// - Parameter memory: whether this handover has fenced the old primary. It has not if the Sentinels made one of their own.
    func notAtRest(_ cause: StepFailure, _ memory: CutoverMemory) -> StepFailure {
        let isFenced = memory.measurements.method != nil
        return StepFailure(
            code: .oldPrimaryNotSettled,
            what: "\(to.endpoint) is the primary, but \(from.name) could not be brought to rest: \(cause.what)",
            place: cause.place,
            world: [
                "\(to.endpoint) takes writes",
                isFenced
                    ? "\(from.endpoint) may still be a primary; its min-replicas-to-write keeps it from taking writes while no replica follows it"
                    : "\(from.endpoint) may still be a primary, and takes writes of applications that reach it: nobody has fenced it",
            ],
            help: cause.help
                + (cause.isTransient ? ["start \(from.endpoint) again if it is down; \(again) brings it to rest"] : []),
            isTransient: cause.isTransient)
    }
}
