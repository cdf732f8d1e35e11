import Diagnostics
import Execution
import Operations
import PlanModel

extension PlanRun {
    /// The recorded run, to go on with the source that the plan names by now.
    /// - Throws: `ExitStatus` after printing why that source cannot take the place of the former one.
    func adoptSource(_ state: RunState, formerly recorded: Plan) async throws -> RunState {
        try await claimServers()
        let former = try context.servers(of: recorded)
        let outcome: SourceAdoption.Outcome
        do {
            outcome = try await SourceAdoption(servers, former: former, recorded: CompiledPlan(recorded)).run(state)
        } catch let failure as StepFailure {
            await former.close()
            refuseSource(failure, recorded)
            throw ExitStatus.stopped
        }
        await former.close()
        tell(outcome, recorded)
        return try state.startingOver(
            compiled.graph, plan: plan.file.text, undo: outcome.undo, leaving: outcome.leftovers,
            record: options.lease.recordName)
    }

    private func refuseSource(_ failure: StepFailure, _ recorded: Plan) {
        context.tell(
            Notice(
                code: failure.code,
                what:
                    "cannot go on with \(plan.source.endpoint) instead of \(recorded.source.endpoint): \(failure.what)",
                details: [failure.place.joined(separator: " · ")] + failure.world, help: failure.help,
                next: [
                    commands.resumeChanged("try again once that is put right"),
                    commands.next("abandon", "end the run as it is, and see what it leaves behind"),
                ]))
    }

    private func tell(_ outcome: SourceAdoption.Outcome, _ recorded: Plan) {
        let title =
            "the source is \(plan.source.endpoint) from now on, no longer \(recorded.source.endpoint); every step is begun again"
        context.tell(
            ([title] + outcome.sentences.map { "  at \(recorded.source.endpoint): \($0)" }).joined(separator: "\n"))
        guard !outcome.leftovers.isEmpty else { return }
        let lines = LeftoverLines(leftovers: outcome.leftovers).lines(width: context.messageStyle.width)
        context.message((["left behind there:"] + lines).joined(separator: "\n"))
    }
}

extension CommandLines {
    /// How a run is resumed whose plan was changed.
    func resumeChanged(_ meaning: String) -> NextCommand {
        next("resume", arguments: ["--accept-plan-change"], meaning)
    }
}
