import Execution
import PlanModel

/// What a handover that stops half way says about the world.
extension Cutover {
    /// Lifts the fences, and says in the failure what came of it.
    func lift(_ pause: WritePause, _ memory: CutoverMemory, _ failure: StepFailure) async -> StepFailure {
        var failure = failure
        var lifted = memory
        lifted.phase = .fencing
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
        // Should this fail, resume finds 'promoting' and learns from the servers that nothing was promoted.
        try? await record(lifted)
        return failure
    }

    func notCaughtUp(_ seen: String) -> StepFailure {
        StepFailure(
            code: "did-not-catch-up", what: "\(to.name) did not catch up within \(writePause.planText)",
            place: [to.name, seen], isTransient: true)
    }

    func notPromoted(after limit: Duration) -> StepFailure {
        StepFailure(
            code: "promotion-unknown", what: "\(to.name) did not become primary within \(limit.planText)",
            place: [to.name],
            world: [
                "the failover was accepted and may still happen; the write pause on \(from.endpoint) has run out",
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
