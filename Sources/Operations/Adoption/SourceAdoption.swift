package import Execution
package import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Values

/// A run goes on with another source: the Sentinels have made another replica the primary, or the source has moved, and
/// the plan was changed to say so.
///
/// It is refused if a write could get lost: while the former source is a primary, too, and where the target holds data
/// that the new source may not have.
package struct SourceAdoption: Sendable {
    /// The servers of the plan as it is now.
    private let servers: Servers
    /// The servers of the plan as the run has recorded it.
    private let former: Servers
    private let recorded: CompiledPlan

    package init(_ servers: Servers, former: Servers, recorded: CompiledPlan) {
        self.servers = servers
        self.former = former
        self.recorded = recorded
    }

    /// What the run goes on with.
    package struct Outcome: Sendable {
        /// The undo data of the effects that are in place.
        package var undo: [NodeID: StateValue] = [:]
        /// What could not be put back at the former source.
        package var leftovers: [Leftover] = []
        /// What was put back at the former source.
        package var sentences: [String] = []
    }

    /// Puts back what the run has changed at the former source, as far as it answers.
    /// - Throws: `StepFailure` if the new source cannot take its place. Nothing was changed then.
    package func run(_ state: RunState) async throws -> Outcome {
        try await refuseIfCutOver(state)
        try await refuseIfNoPrimary()
        try await refuseSecondPrimary()
        try await refuseLoss(state)
        var outcome = Outcome()
        for node in state.nodes where node.mayBeInPlace {
            guard let undo = node.undo else { continue }
            switch former.plan.steps.first(where: { $0.id == node.id.step })?.kind {
            case .replicaof(let step): outcome.undo[node.id] = StateValue(try await adopted(undo, step))
            case .failover(let step): await takeBack(node.id, undo, step, &outcome)
            default: outcome.undo[node.id] = undo
            }
        }
        return outcome
    }

    /// As before the run, but compared with the new source from now on.
    private func adopted(_ undo: StateValue, _ step: ReplicaOfStep) async throws -> ReplicaOfMemory {
        var memory = try undo.decode(ReplicaOfMemory.self)
        memory.baseline = try await RunBaseline.read(servers)
        memory.former = former.source.endpoint
        // The new source may need a login where the former one needed none.
        let login = ReplicationCredentials(
            toFollow: servers.source, username: step.username, password: servers.replicationPassword)
        let prior = try await login.prior(on: servers.target)
        memory.credentials.settings.merge(prior.settings) { recorded, _ in recorded }
        if memory.credentials.password == .untouched { memory.credentials.password = prior.password }
        return memory
    }

    /// A cutover that was stopped before it promoted anybody may have left the former source fenced.
    private func takeBack(_ node: NodeID, _ undo: StateValue, _ step: FailoverStep, _ outcome: inout Outcome) async {
        let operation = FailoverOperation(servers: former, step: step, allowance: .noReturn)
        do {
            if let result = try await operation.undo(.reading(node, undo: undo, clock: former.clock)) {
                outcome.sentences.append(result.summary)
            }
        } catch {
            outcome.leftovers += await operation.leftovers(undo)
        }
    }
}

/// Why the new source cannot take the place of the former one.
extension SourceAdoption {
    private var source: Server { servers.source }
    private var target: Server { servers.target }

    private func refuseIfCutOver(_ state: RunState) async throws {
        let provider = recorded.operations(servers: former, approver: NobodyApproves())
        let passages = await state.passages(in: recorded.graph, asking: provider)
        let named = await servers.sentinelNamingTarget()
        guard named != nil || passages.contains(where: { $0.value != .ahead }) else { return }
        throw await refusal(
            "the cutover has begun, and the target is the primary or may be", at: [target],
            help: ["write \(former.source.endpoint) into the plan again as the address of 'source', and resume"])
    }

    private func refuseIfNoPrimary() async throws {
        if await servers.sourceIsTarget() == .same {
            throw await refusal(
                "\(source.endpoint) is the target", at: [source, target],
                help: ["write the address of the present primary into the plan as that of 'source'"])
        }
        if let primary = try await source.replication().upstream?.primary {
            throw await refusal(
                "\(source.endpoint) is a replica of \(primary)", at: [source],
                help: ["write the address of the present primary into the plan as that of 'source'"])
        }
        guard servers.plan.isMonitored else { return }
        for sentinel in servers.sentinels {
            let named = try? await sentinel.primaryAddress(servers.primaryName, timeout: .seconds(1))
            guard let named, await !servers.isSame(named, as: source) else { continue }
            throw await refusal(
                "\(sentinel.name) names \(named) as the primary, and not \(source.endpoint)", at: [source],
                help: ["write the primary that the Sentinels name into the plan as the address of 'source'"])
        }
    }

    private func refuseSecondPrimary() async throws {
        guard let replication = try? await former.source.replication(), replication.role == .primary,
            await !servers.isSame(former.source.endpoint, as: source)
        else { return }
        throw await refusal(
            "\(former.source.endpoint) is a primary, too: applications may write to either of the two",
            at: [source, former.source],
            help: [
                "planrun does not guess which of the two has the newer data: see to it that only one of them is a primary (the Sentinels do so within some 20 s where they know both), and resume"
            ])
    }

    /// The target is about to copy the new source, which deletes what it holds. A target that copies it already has lost
    /// nothing by planrun.
    private func refuseLoss(_ state: RunState) async throws {
        let copy = try await target.replication()
        if let primary = copy.upstream?.primary, await servers.isSame(primary, as: source) { return }
        let keys = try await target.keyspace().keys
        guard keys > 0, await !servers.isSame(former.source.endpoint, as: source) else { return }
        let now = try await source.replication()
        var ends: [Int64] = []
        for history in try histories(state, copy) { if let end = now.end(of: history) { ends.append(end) } }
        if let end = ends.max() {
            let missing = (copy.upstream?.offset ?? copy.former?.end ?? 0).subtractingReportingOverflow(end)
            guard !missing.overflow, missing.partialValue > 0 else { return }
            throw await mayLose(
                "\(target.endpoint) has \(missing.partialValue) bytes of writes that \(source.endpoint) lacks")
        }
        throw await mayLose(
            "nothing shows that \(source.endpoint) has the \(keys.counted("key", "keys")) that \(target.endpoint) holds"
        )
    }

    /// The histories of writes that the target may have copied: as it says itself, and as the run has recorded them.
    private func histories(_ state: RunState, _ copy: ReplicationInfo) throws -> [String] {
        var histories = [copy.replicationID, copy.former?.id].compactMap(\.self)
        for node in state.nodes {
            let memory = try? node.undo?.decode(ReplicaOfMemory.self)
            let mark = try? node.result?.memo?.decode(SyncMark.self)
            histories += [memory?.baseline?.history, mark?.history].compactMap(\.self)
        }
        return histories
    }

    private func mayLose(_ what: String) async -> StepFailure {
        await refusal(
            what, at: [source, target],
            help: [
                "following \(source.endpoint) would delete the data of \(target.endpoint), which may be the only copy: compare the two first",
                "if \(source.endpoint) has everything: detach the target and empty it (\(AdvisedCommand.adoptedCopy.line()) and \(AdvisedCommand.emptiedCopy.line()) on \(target.endpoint)), and resume",
            ])
    }

    private func refusal(_ what: String, at servers: [Server], help: [String]) async -> StepFailure {
        StepFailure(
            code: .sourceNotAdopted, what: what, place: servers.map(\.name),
            world: ["nothing was changed"] + (await WorldReport(self.servers).sentences()), help: help)
    }
}
