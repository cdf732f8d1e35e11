import ArgumentParser
import Diagnostics
import Execution
import Operations
import PlanModel

/// `abandon`: ends a run that cannot, or shall not, go on in either direction. It needs the record and nothing else: no
/// server has to answer, and the plan may have changed or be gone.
struct AbandonVerb: Verb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "abandon", abstract: "End a run as it is, and say what it leaves behind. Changes no server.",
        discussion: """
            For a run that neither 'resume' nor 'rollback' can bring to an end. The record stays, and 'status' goes on \
            showing what was left; 'apply' begins a new run, which takes over what is still left by then.

            Exits 0 where nothing is left on the servers, 4 where a person has to put something back.
            """)

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @OptionGroup var record: RecordOption

    @Flag(name: .customLong("leave-behind"), help: "Do not ask: leave on the servers what there is.")
    var leaveBehind = false

    @OptionGroup var display: DisplayOptions

    /// What a person types to say yes.
    static let word = "abandon"

    private var commands: CommandLines { record.commands(forPlan: plan) }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        do {
            let holder = RunHolder.thisPlanrun
            let lease = try await record.store(forPlan: plan, for: holder).hold()
            let status: ExitStatus
            do {
                status = try await abandon(lease, holder, context)
            } catch {
                await lease.release()
                throw error
            }
            await lease.release()
            return status
        } catch let failure as StoreFailure {
            context.tell(Notice(failure, commands))
            return failure.code == .locked ? .failure : .invalid
        }
    }

    private func abandon(
        _ lease: any RunLease, _ holder: RunHolder, _ context: CommandContext
    ) async throws -> ExitStatus {
        let state = try await lease.read()
        switch state.status {
        case .succeeded, .rolledBack, .abandoned:
            context.tell("nothing to abandon: the run is over (\(state.status.rawValue) at \(state.updatedAt))")
            return .success
        case .running, .failed, .stopped, .rollingBack, .rollbackIncomplete: break
        }
        let recorded = try RecordedRun(state, context)
        let leftovers = try await recorded.leftovers(context)
        let lines = introduction(state, leftovers, context)
        let isAgreed = await isAgreed(lines, recorded, context)
        await recorded.close()
        guard isAgreed else { return .stopped }
        try await lease.write(state.abandoned(leaving: leftovers, by: holder, at: .now))
        context.tell("abandoned: the run is over, and its record stays")
        let next =
            (leftovers.isEmpty ? [] : [commands.next("status", "see again what is left behind")])
            + [commands.next("apply", "begin a new run")]
        context.message(next.text(after: "  = help: ", width: context.messageStyle.width).joined(separator: "\n"))
        return leftovers.isEmpty ? .success : .personNeeded
    }

    private func introduction(_ state: RunState, _ leftovers: [Leftover], _ context: CommandContext) -> [String] {
        let run = "the run of '\(state.planName)', begun at \(state.startedAt), is \(state.status.rawValue)"
        if leftovers.isEmpty { return ["\(run), and leaves nothing behind on the servers"] }
        return ["\(run), and leaves behind:"]
            + LeftoverLines(leftovers: leftovers).lines(width: context.messageStyle.width)
    }

    private func isAgreed(_ lines: [String], _ run: RecordedRun, _ context: CommandContext) async -> Bool {
        guard !leaveBehind else {
            context.message(lines.joined(separator: "\n"))
            return true
        }
        guard let input = context.input else {
            context.message(lines.joined(separator: "\n"))
            context.tell(
                Notice(
                    code: .verb(.confirmationMissing),
                    what: "nobody has said yes to ending the run; nothing was changed",
                    next: [commands.next("abandon", arguments: ["--leave-behind"], "end it, and leave that as it is")]))
            return false
        }
        let view = context.runView(.text)
        let inquiry = Inquiry(input: input, ask: { view.ask($0) }, isDraining: { false })
        let answer = try? await inquiry.answer(
            to: "End the run and take care of that yourself?", .word(Self.word), introduction: lines
        ) { await run.facts() }
        view.close()
        if case .yes? = answer { return true }
        context.tell("not abandoned; nothing was changed")
        return false
    }
}

/// A run as its record tells it: with the plan that it began with, whatever the plan file says by now.
private struct RecordedRun {
    let state: RunState
    /// `nil` where this planrun cannot read the recorded plan.
    private let plan: CompiledPlan?
    private let servers: Servers?

    /// - Throws: `ExitStatus.invalid` where a secret of the plan cannot be read.
    init(_ state: RunState, _ context: CommandContext) throws(ExitStatus) {
        self.state = state
        plan = state.recordedPlan.map { CompiledPlan($0) }
        if let plan { servers = try context.servers(of: plan.plan) } else { servers = nil }
    }

    /// What a Sentinel does just now is waited for: the lines that are printed would be those for a moment that has passed.
    func leftovers(_ context: CommandContext) async throws -> [Leftover] {
        guard let plan, let servers else {
            return state.nodes.filter { $0.undo != nil }.map { node in
                Leftover(
                    "the servers of the plan",
                    "planrun cannot find out what '\(node.id)' changed, because it cannot read the recorded plan; the record has it under 'undo'"
                )
            }
        }
        try await servers.waitForFailovers(upTo: .seconds(60)) {
            context.tell("a Sentinel is in the middle of a failover: its end is waited for, at most 1m")
        }
        return await state.leftovers(
            in: plan.graph, asking: plan.operations(servers: servers, approver: NobodyApproves()))
    }

    func facts() async -> [ApprovalFact] {
        if let servers { await WorldReport(servers).facts() } else { [] }
    }

    func close() async { await servers?.close() }
}
