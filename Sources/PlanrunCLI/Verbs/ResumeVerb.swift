import ArgumentParser
import Diagnostics
import Execution
import PlanModel

struct ResumeVerb: RunVerb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a run that was interrupted, from what the servers say now.")

    @OptionGroup var options: RunOptions

    @Flag(name: .customLong("accept-plan-change"), help: "Go on although steps that have not begun have changed.")
    var acceptPlanChange = false

    func start(_ run: PlanRun, _ file: StateFile) async throws -> ExitStatus {
        let state = try run.continued(file, acceptsChange: acceptPlanChange)
        let path = run.plan.file.path
        switch state.status {
        case .running, .failed, .stopped: return await run.go(state)
        case .succeeded:
            run.context.message("nothing to resume: the run ended well at \(state.updatedAt)")
            return .success
        case .rolledBack:
            run.context.refuse(
                "run-rolled-back", "nothing to resume: the run was rolled back at \(state.updatedAt)",
                help: ["planrun apply \(path)   begin a new one"])
            return .invalid
        case .rollingBack, .rollbackIncomplete:
            run.context.refuse(
                "rollback-unfinished", "a rollback of this run was begun and is not finished",
                help: ["planrun rollback \(path)   go on with it"])
            return .invalid
        }
    }
}
