import ArgumentParser
import Execution
import Operations
import PlanGraph
import PlanModel

/// `decommission`: carries out a last step, which the plan need not have, for a run that has ended well.
struct DecommissionVerb: RunVerb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "decommission",
        abstract: "After a run that ended well: take the old servers out of service. The way back ends here.",
        discussion: """
            The old source, and the replicas that it had, stop following the target, the Sentinels forget them one after the \
            other, and they come to rest: 'fenced' with their data, or shut down after a last save. Before that planrun makes \
            sure that the target is the primary of every Sentinel and that no old server may hold the only copy.
            """)

    @OptionGroup var options: RunOptions

    @Option(help: "How the old servers come to rest: fenced, or shutdown.")
    var resting: DecommissionStep.Resting = DecommissionStep().resting

    @Flag(name: .customLong("keep-replicas"), help: "Leave the replicas that the source had as replicas of the target.")
    var keepReplicas = false

    @Flag(name: .customLong("auto-approve"), help: "Do not ask.")
    var autoApprove = false

    /// What a person types to say yes.
    static let word = "decommission"

    /// The steps that ask are over.
    var approvals: Approvals { Approvals(all: autoApprove) }

    /// The options that say what is to be done, for a line that does it again.
    private var arguments: [String] {
        (resting == DecommissionStep().resting ? [] : ["--resting", resting.rawValue])
            + (keepReplicas ? ["--keep-replicas"] : [])
    }

    private var step: DecommissionStep {
        DecommissionStep(resting: resting, replicas: keepReplicas ? .keep : .withSource)
    }

    func plan(_ plan: Plan, after recorded: RunState?) -> Plan {
        (recorded?.completing(plan) ?? plan).ending(with: step)
    }

    func start(_ run: PlanRun) async throws -> ExitStatus {
        let recorded = try await run.options.lease.read()
        switch recorded.status {
        case .succeeded: break
        case .rolledBack, .abandoned: return refuse(run, recorded, "was not carried out", next: [])
        case .running, .failed, .stopped, .rollingBack, .rollbackIncomplete:
            return refuse(
                run, recorded, "is not finished",
                next: [run.commands.next("status", "see how far it is, and what is next")])
        }
        guard let last = run.plan.firstStep(of: .decommission), run.plan.failover != nil else {
            return refuse(run, recorded, "has no cutover", next: [])
        }
        if let source = recorded.recordedPlan?.source.endpoint, source != run.plan.source.endpoint {
            return refuse(run, recorded, "moved \(source), which is not the source in the plan any more", next: [])
        }
        if let done = recorded.nodes.first(where: { $0.id.step == last.id && $0.status == .succeeded }) {
            run.context.tell("nothing to do: \(done.result?.summary ?? "it was done")")
            return .success
        }
        let state = try await run.continued(acceptsChange: true)
        try await run.claimServers()
        if let ending = await refusal(run, NodeID(step: last.id), state) { return ending }
        guard await isAgreed(run, last) else { return .stopped }
        // Only a plan without such a step needs it added.
        return try await run.go(state.recordedPlan?.decommission == nil ? state.adding(AddedStep(step)) : state)
    }

    /// Asks the servers first, so that a refusal leaves the run on record as it is: ended well.
    /// - Returns: how it ends where it may not be done.
    private func refusal(_ run: PlanRun, _ node: NodeID, _ state: RunState) async -> ExitStatus? {
        let operation = run.compiled.operations(servers: run.servers, approver: NobodyApproves()).operation(for: node)
        do {
            _ = try await operation.inspect(.reading(node, memos: state.memos))
            return nil
        } catch let failure as StepFailure {
            run.context.tell(
                Notice(
                    code: failure.code, what: failure.what, details: failure.place + failure.world, help: failure.help,
                    next: [run.commands.next("decommission", arguments: arguments, "try again")]))
        } catch {
            run.context.tell("stopped; nothing was changed")
            return .stopped
        }
        return .failure
    }

    private func refuse(_ run: PlanRun, _ state: RunState, _ why: String, next: [NextCommand]) -> ExitStatus {
        run.context.tell(
            Notice(
                code: .verb(.nothingToDecommission),
                what: "nothing to decommission: the run of '\(state.planName)' \(why) (\(state.status.rawValue))",
                details: ["nothing was changed"], next: next))
        return .invalid
    }

    private func isAgreed(_ run: PlanRun, _ step: Step) async -> Bool {
        let deed = step.kind.declaration.summary(run.compiled.scene(of: step))
        var lines = [
            "'\(step.id)' \(deed)",
            "from then on there is no way back: 'planrun rollback' will refuse, and what is written since is only on \(run.plan.target.endpoint)",
        ]
        if !keepReplicas, await FailoverCandidates.read(run.servers)?.exist == true {
            lines.append(
                "the Sentinels have a replica to fail over to now; if the source had it, '--keep-replicas' leaves it to them"
            )
        }
        guard !autoApprove else {
            run.context.message(lines.joined(separator: "\n"))
            return true
        }
        guard run.context.canAsk else {
            run.context.message(lines.joined(separator: "\n"))
            run.context.tell(
                Notice(
                    code: .verb(.confirmationMissing),
                    what: "nobody has said yes to taking the old servers out of service; nothing was changed",
                    next: [
                        run.commands.next(
                            "decommission", arguments: arguments + ["--auto-approve"], "do it without asking")
                    ]))
            return false
        }
        if await run.isAgreed("Take them out of service for good?", .word(Self.word), introduction: lines) {
            return true
        }
        run.context.tell("not decommissioned; nothing was changed")
        return false
    }
}

extension DecommissionStep.Resting: ExpressibleByArgument {}
