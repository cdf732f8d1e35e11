import ArgumentParser
import Diagnostics
import Execution
import PlanModel

struct ResumeVerb: RunVerb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a run that was interrupted, from what the servers say now.")

    @OptionGroup var options: RunOptions
    @OptionGroup var approval: ApprovalOptions

    @Flag(name: .customLong("accept-plan-change"), help: "Go on although steps that have not begun have changed.")
    var acceptPlanChange = false

    var approvals: Approvals { approval.approvals }

    func start(_ run: PlanRun) async throws -> ExitStatus {
        let state = try await run.continued(acceptsChange: acceptPlanChange)
        switch state.status {
        case .running, .failed, .stopped: return try await run.go(state)
        case .succeeded:
            run.context.tell("nothing to resume: the run ended well at \(state.updatedAt)")
            return .success
        case .rolledBack:
            run.context.tell(
                Notice(
                    code: .verb(.runRolledBack),
                    what: "nothing to resume: the run was rolled back at \(state.updatedAt)",
                    next: [run.commands.next("apply", "begin a new one")]))
            return .invalid
        case .abandoned:
            run.context.tell(run.abandoned(state, "nothing to resume"))
            return .invalid
        // If the Sentinels have made the target primary on their own and nothing was taken back yet, the unfinished
        // rollback is given up and the run goes on.
        case .rollingBack, .rollbackIncomplete:
            try await run.claimServers()
            if !state.hasTakenBack, await run.wayBack.standing(state).isPast {
                return try await run.go(state)
            }
            run.context.tell(
                Notice(
                    code: .verb(.rollbackUnfinished), what: "a rollback of this run was begun and is not finished",
                    next: [run.commands.next("rollback", "go on with it")]))
            return .invalid
        }
    }
}
