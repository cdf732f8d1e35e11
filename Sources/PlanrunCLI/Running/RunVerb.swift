import Diagnostics
import Execution
import FoundationEssentials
import Operations
import PlanGraph
import PlanModel

/// A verb that carries a plan out or takes it back: they share the plan, the lease, the record and the view.
protocol RunVerb: Verb {
    var options: RunOptions { get }
    var approvals: Approvals { get }
    /// Whether a run that has succeeded is followed by another one.
    var beginsNewRun: Bool { get }
    /// The saved plan that the verb's argument is; `nil` if it is the path of a plan.
    func savedPlan(_ context: CommandContext) throws(ExitStatus) -> SavedPlan?
    /// The plan that is carried out.
    /// - Parameter recorded: the run on record, if there is one.
    func plan(_ plan: Plan, after recorded: RunState?) -> Plan
    func start(_ run: PlanRun) async throws -> ExitStatus
}

extension RunVerb {
    var beginsNewRun: Bool { false }
    var display: DisplayOptions { options.display }

    func savedPlan(_ context: CommandContext) throws(ExitStatus) -> SavedPlan? { nil }
    func plan(_ plan: Plan, after recorded: RunState?) -> Plan { recorded?.completing(plan) ?? plan }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let saved = try savedPlan(context)
        try approvals.check(saved, context)
        let plan = try context.loadPlan(saved?.planPath ?? options.plan)
        let holder = RunHolder.thisPlanrun
        let lease: any RunLease
        do {
            // The lease is held until this function returns. The store takes back the lease of a process that dies.
            lease = try await options.record.store(forPlan: plan.file.path, for: holder).hold()
        } catch {
            context.tell(Notice(error, options.record.commands(forPlan: plan.file.path)))
            return error.code == .locked ? .failure : .invalid
        }
        do {
            let end = try await carryOut(plan, saved, lease, holder, Metering(options.metering, context), context)
            await lease.release()
            // Somebody who has to be told slowly keeps nobody from going on with the run.
            await end.notifications.close(isHurried: end.isInterrupted)
            return end.status
        } catch {
            await lease.release()
            throw error
        }
    }

    private func carryOut(
        _ plan: Plan, _ saved: SavedPlan?, _ lease: any RunLease, _ holder: RunHolder, _ metering: Metering,
        _ context: CommandContext
    ) async throws -> RunVerbEnd {
        // A record that cannot be read is ignored here. The verb that needs the record reads it again and reports the
        // error.
        let over: [RunState.Status] = [.rolledBack, .abandoned] + (beginsNewRun ? [.succeeded] : [])
        let recorded = (try? await lease.read()).flatMap { over.contains($0.status) ? nil : $0 }
        let lineage = recorded?.lineage ?? UUID().uuidString.lowercased()
        let notifications = Notifications(plan, lineage: lineage, environment: context.environment, context)
        let settings = RunSettings(
            lease: metering.timed(lease), holder: holder, statePath: options.record.path(forPlan: plan.file.path),
            approvals: approvals, format: options.format, commands: options.record.commands(forPlan: plan.file.path),
            notifications: notifications, saved: saved)
        let run = try PlanRun(
            context, settings, plan: self.plan(plan, after: recorded), lineage: lineage,
            view: notifications.observed(metering.observed(context.runView(options.format))))
        let status: ExitStatus
        do {
            status = try await start(run)
        } catch let failure as StoreFailure {
            context.tell(Notice(failure, settings.commands))
            status = .invalid
        } catch let refused as ExitStatus {
            status = refused
        }
        await run.servers.close()
        await metering.close()
        return RunVerbEnd(status: status, notifications: notifications, isInterrupted: run.signals.isDraining)
    }
}

/// How a verb has ended, and what still has to be delivered.
private struct RunVerbEnd {
    let status: ExitStatus
    let notifications: Notifications
    /// Whether a person has asked planrun to stop.
    let isInterrupted: Bool
}

extension CommandContext {
    func runView(_ format: TextFormat) -> any RunView {
        switch format {
        case .json: return JSONRunView(context: self)
        case .text:
            guard let terminal else { return PlainRunView(context: self) }
            return TerminalRunView(terminal: terminal, isBehind: isBehind)
        }
    }
}

extension PlanRun {
    /// Makes sure that no other planrun carries out a run on the same servers. It has to come before every other
    /// command to them, because the claim is what other planruns see.
    /// - Throws: `ExitStatus.failure` after printing who carries out the other run.
    func claimServers() async throws(ExitStatus) {
        do {
            try await RunClaim.take(servers)
        } catch let failure as StepFailure {
            context.tell(
                Notice(
                    code: failure.code, what: failure.what,
                    details: [failure.place.joined(separator: " · ")] + failure.world, help: failure.help))
            throw .failure
        } catch {
            throw .stopped
        }
    }

    /// - Parameter nothing: what there is not to do any more.
    func abandoned(_ state: RunState, _ nothing: String) -> Notice {
        Notice(
            code: .verb(.runAbandoned), what: "\(nothing): the run was abandoned at \(state.updatedAt)",
            next: [
                commands.next("status", "see what it left behind"), commands.next("apply", "begin a new one"),
            ])
    }

    /// Reads the recorded run and makes it ready to go on with this plan.
    /// - Throws: `StoreFailure`, or `ExitStatus.invalid` after printing which steps of the plan have changed.
    func continued(acceptsChange: Bool) async throws -> RunState {
        let state = try await options.lease.read()
        let recorded = try recordedPlan(state)
        let changes = plan.changes(since: recorded)
        if changes.isEmpty { return try checked(state) }
        guard acceptsChange, changes.touchOnlyPending(state) else {
            refuse(changes, state, acceptsChange: acceptsChange)
            throw ExitStatus.invalid
        }
        if changes.sections.contains(.source), !state.isOver {
            return try await adoptSource(state, formerly: recorded)
        }
        return try state.adopting(compiled.graph, plan: plan.file.text, record: options.lease.recordName)
    }

    /// Refuses to begin a new run if the record belongs to another plan: the new run would overwrite it.
    func refuseIfOfAnotherPlan(_ state: RunState) throws(StoreFailure) {
        do {
            _ = try checked(state)
        } catch {
            if error.code == .otherPlan { throw error }
        }
    }

    private func checked(_ state: RunState) throws(StoreFailure) -> RunState {
        try state.checked(
            against: compiled.graph, planName: plan.name, planPath: plan.file.path, record: options.lease.recordName)
    }

    /// How the plan differs from the one with which the run began.
    func changes(since state: RunState) throws(ExitStatus) -> PlanChanges {
        plan.changes(since: try recordedPlan(state))
    }

    private func recordedPlan(_ state: RunState) throws(ExitStatus) -> Plan {
        guard let earlier = state.recordedPlan else {
            context.tell(
                Notice(
                    code: .verb(.recordedPlanUnreadable),
                    what: "the plan recorded in '\(options.statePath)' is not one that this planrun reads",
                    help: ["go on with the planrun that began the run"]))
            throw .invalid
        }
        return earlier
    }

    private func refuse(_ changes: PlanChanges, _ state: RunState, acceptsChange: Bool) {
        let what = changes.sentences.joined(separator: "; ")
        let begun = changes.begun(state)
        let isPossible = begun.isEmpty && !acceptsChange
        let help =
            begun.isEmpty
            ? []
            : [
                "only 'source', 'rollback', 'redact', 'notify' and steps that have not begun may change; these have begun: \(begun.joined(separator: ", "))"
            ]
        let isMoved = changes.sections.contains(.source)
        let accept = commands.resumeChanged(
            isMoved ? "go on with \(plan.source.endpoint) as the source" : "go on with the plan as it is now")
        context.tell(
            Notice(
                code: .verb(.planChanged), what: "the plan has changed since the run began: \(what)",
                help: help + ["the plan as it was is in '\(options.statePath)' under 'plan'"],
                next: (isPossible ? [accept] : [])
                    + [commands.next("abandon", "end the run of the plan as it was")]))
    }
}

extension PlanChanges {
    var sentences: [String] {
        var sentences: [String] = []
        for (ids, word) in [(changed, "changed"), (added, "is new"), (removed, "is gone")] {
            sentences += ids.map { "step '\($0)' \(word)" }
        }
        return sentences + sections.map { "'\($0.rawValue)' changed" }
    }

    /// The changed parts of the plan that the run has begun already.
    func begun(_ state: RunState) -> [String] {
        let begun = Set(state.nodes.filter { $0.status != .pending }.map(\.id.step))
        // Another source is told from the same one at another address, and adopted, where that is safe.
        let servers = sections.filter { $0.namesServers && $0 != .source }.map { "'\($0.rawValue)'" }
        return (changed + removed).filter { begun.contains($0) }.map { "'\($0)'" } + servers
    }

    func touchOnlyPending(_ state: RunState) -> Bool { begun(state).isEmpty }
}
