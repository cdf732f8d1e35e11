import Execution
import PlanModel

/// What a handover that stops half way says about the world.
extension Cutover {
    /// Lifts the fences, and says in the failure what came of it.
    ///
    /// They stay where a Sentinel is about to promote the new primary, or has: they are what keeps the old one from
    /// acknowledging writes that would be lost.
    func stepBack(_ pause: WritePause, _ memory: CutoverMemory, _ error: any Error) async -> any Error {
        var failure = error as? StepFailure ?? StepFailure(code: "", what: "")
        var memory = memory
        // Should recording fail, resume finds what was recorded before and learns the rest from the servers.
        if let sentinels, await sentinels.isPromoting(to) {
            memory.phase = .promoting
            memory.promotingSince = memory.promotingSince ?? WallClock.now()
            try? await record(memory)
            return error is StepFailure ? overtaken(failure) : error
        }
        let seconds = (pause.elapsed / .milliseconds(100)).rounded() / 10
        do {
            try await unfence(memory)
            failure.world = [
                "nothing was promoted; the write pause was lifted after \(seconds) s; \(from.endpoint) takes writes"
            ]
        } catch {
            failure.world = [
                "nothing was promoted; the write pause on \(from.endpoint) ends by itself within \(writePause.planText)",
                "its min-replicas-to-write and replica-priority could not be put back yet: \(error.what)",
            ]
        }
        memory.phase = .fencing
        try? await record(memory)
        return error is StepFailure ? failure : error
    }

    private func overtaken(_ cause: StepFailure) -> StepFailure {
        StepFailure(
            code: "failover-by-another", what: "a Sentinel began a failover of its own in the middle of the cutover",
            place: cause.place + [cause.what],
            world: [
                "\(from.endpoint) is fenced, so that it takes no write once \(to.endpoint) has left it",
                "the Sentinels decide which of them is the primary",
            ],
            help: ["resume waits for the Sentinels and goes on from there"], isTransient: true)
    }

    func notFollowing() -> StepFailure {
        StepFailure(
            code: "target-does-not-follow", what: "\(to.name) stopped following \(from.name) during the cutover",
            place: [to.name], help: ["was it restarted, or detached by somebody?"], isTransient: true)
    }

    func notSettled(_ cause: StepFailure) -> StepFailure {
        StepFailure(
            code: "old-primary-not-settled",
            what: "\(to.endpoint) is the primary, but \(from.name) could not be brought to rest: \(cause.what)",
            place: cause.place,
            world: [
                "\(to.endpoint) takes writes",
                "\(from.endpoint) may still be a primary; its min-replicas-to-write keeps it from taking writes while no replica follows it",
            ],
            help: cause.help + ["resume tries again"], isTransient: cause.isTransient)
    }

    func notCaughtUp(_ seen: String) -> StepFailure {
        StepFailure(
            code: "did-not-catch-up", what: "\(to.name) did not catch up within \(writePause.planText)",
            place: [to.name, seen], isTransient: true)
    }

    func notPromoted(after limit: Duration) -> StepFailure {
        let cause =
            method == .promote
            ? "the promotion was sent and may still happen" : "the failover was accepted and may still happen"
        return StepFailure(
            code: "promotion-unknown", what: "\(to.name) did not become primary within \(limit.planText)",
            place: [to.name],
            world: [
                "\(cause); the write pause on \(from.endpoint) has run out",
                "\(from.endpoint) refuses writes by itself (min-replicas-to-write) once the target has left it",
            ],
            help: ["resume looks at the servers again, and goes forward or tries again"])
    }

    func notAnnounced(_ view: Sentinels.View, after limit: Duration) -> StepFailure {
        StepFailure(
            code: "sentinels-not-switched",
            what: "\(view.named) of \(view.total) Sentinels name \(to.endpoint) after \(limit.planText)",
            place: view.missing,
            world: [
                "\(to.endpoint) is the primary and takes writes; \(from.endpoint) takes none",
                "clients that ask one of the other Sentinels are still sent to \(from.endpoint)",
            ],
            help: ["look at the Sentinels that do not name it; resume waits for them again"])
    }
}
