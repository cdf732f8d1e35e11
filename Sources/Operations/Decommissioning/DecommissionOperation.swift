package import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Values

/// `decommission`: takes the old source and its replicas out of the Sentinels, and to rest for good.
///
/// It begins only while the target is the one primary for everybody, and holds the data. From its first change on there is
/// no way back: a source that stands alone misses every later write.
package struct DecommissionOperation: Operation {
    let servers: Servers
    let step: DecommissionStep
    /// The node of the cutover, whose record names the replicas that the source had.
    let cutover: NodeID?

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let recorded = try context.undo?.decode(DecommissionMemory.self)
        let memory = try recorded ?? DecommissionMemory(replicas: replicas(context))
        let old = oldServers(memory, context)
        try await refuse(old)
        // Where it has begun, an earlier planrun may have died before the files were written.
        if !memory.hasBegun || memory.areFilesWritten, try await isDone(old) {
            return .done("\(old.words): \(try await deed(old)) already")
        }
        return .ready(undo: StateValue(memory))
    }

    /// The source's replicas from before the cutover, as its record tells.
    private func replicas(_ context: StepContext) throws -> [OtherReplicas.Memory] {
        guard step.replicas == .withSource, let cutover else { return [] }
        return try context.memo(of: cutover)?.decode(PromotionMark.self).replicas ?? []
    }

    private func oldServers(_ memory: DecommissionMemory, _ context: StepContext) -> OldServers {
        OldServers(servers: servers, resting: step.resting, memory: memory, context: context)
    }

    private func isDone(_ old: OldServers) async throws -> Bool {
        if try await Sentinels(servers)?.knowsAny(old.addresses) == true { return false }
        return switch step.resting {
        case .fenced: try await old.areAlone()
        case .shutdown: try await old.areGone()
        }
    }

    package func perform(_ context: StepContext) async throws {
        guard var memory = try context.undo?.decode(DecommissionMemory.self) else {
            preconditionFailure("servers are taken out of service only after that was recorded")
        }
        if !memory.hasBegun {
            memory.hasBegun = true
            try await context.save(StateValue(memory))
        }
        let note = { (address: Endpoint) in
            guard !memory.stopping.contains(address) else { return }
            memory.stopping.append(address)
            try await context.save(StateValue(memory))
        }
        // A replica that cannot be closed, as a Dragonfly, ends first: its primary lists it until then.
        if step.resting == .shutdown { try await oldServers(memory, context).shutDown(onlyOpen: true, note) }
        let old = oldServers(memory, context)
        try await old.leave()
        if !memory.areFilesWritten { memory.unwritten = try await old.writeFiles() }
        memory.areFilesWritten = true
        try await context.save(StateValue(memory))
        switch step.resting {
        case .fenced: try await old.release()
        case .shutdown: try await old.shutDown(note)
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let memory =
            try context.undo?.decode(DecommissionMemory.self) ?? DecommissionMemory(replicas: replicas(context))
        let old = oldServers(memory, context)
        guard try await isDone(old) else {
            throw StepFailure(
                code: .startedAgain, what: "\(old.words) came back into service",
                place: [servers.source.name], world: await WorldReport(servers).sentences(),
                help: ["find out who has started or connected them again, then resume"], isTransient: true)
        }
        let forgotten = servers.sentinels.isEmpty ? "" : ", forgotten by the Sentinels"
        let result = StepResult(
            "\(old.words): \(try await deed(old))\(forgotten)",
            facts: ["decommissioned": .array(old.addresses.map { .string("\($0)") })])
        var findings: [Finding] = []
        if step.resting == .fenced, !memory.unwritten.isEmpty {
            findings.append(
                .missed(
                    "the configuration file does not say so (\(memory.unwritten.joined(separator: "; ")))",
                    wants: "servers that stay out of service when they are started again", at: [servers.source.name],
                    remedy: ["see to it that nobody starts them as they were"]))
        }
        let ended = try await old.endedBefore()
        if !ended.isEmpty {
            let names = ended.map { "\($0)" }.joined(separator: ", ")
            findings.append(
                .missed(
                    "nothing listens at \(names), which planrun has not shut down",
                    wants: "servers that have saved their data, and stay away", at: [servers.source.name],
                    remedy: ["see to it that nobody starts them as they were"]))
        }
        if try await hasNoCandidate(context) {
            findings.append(
                .missed(
                    "the Sentinels have nobody to fail over to if \(servers.target.endpoint) dies",
                    wants: "a replica of \(servers.target.endpoint)", at: servers.sentinels.map(\.name),
                    remedy: ["let a new server follow \(servers.target.endpoint)"]))
        }
        return result.warned(of: findings)
    }

    /// Whether no Sentinel has anybody to fail over to. One that was reset learns of the target's replicas within ten seconds.
    private func hasNoCandidate(_ context: StepContext) async throws -> Bool {
        let watch = Stopwatch(context.clock)
        while await FailoverCandidates.read(servers)?.areMissing == true {
            let replicas = try await servers.target.replication().replicas
            guard !replicas.isEmpty, watch.elapsed < .seconds(30) else { return true }
            if context.isDraining { throw CancellationError() }
            let wanted = replicas.count.counted("replica", "replicas")
            context.report(Progress("the Sentinels to learn of the target's replicas", now: "none", wanted: wanted))
            try await context.clock.sleep(for: .milliseconds(200))
        }
        return false
    }

    /// What has become of them, as a clause.
    private func deed(_ old: OldServers) async throws -> String {
        switch step.resting {
        case .shutdown: return "out of service, shut down"
        case .fenced:
            guard try await old.isGone(servers.source) else {
                return "out of service, standing alone without taking writes"
            }
            return
                "out of service, \(old.memory.replicas.isEmpty ? "" : "standing alone without taking writes, or ")shut down"
        }
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard try context.undo?.decode(DecommissionMemory.self).hasBegun == true else { return nil }
        throw StepFailure(
            code: .decommissioned, what: "\(servers.source.endpoint) was taken out of service, which has no way back",
            place: [servers.source.name], world: await WorldReport(servers).sentences(), help: ["resume completes it"])
    }

    package func passage(_ undo: StateValue?) async -> Passage {
        (try? undo?.decode(DecommissionMemory.self))?.hasBegun == true ? .behind : .ahead
    }

    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        guard let memory = try? undo.decode(DecommissionMemory.self), memory.hasBegun else { return [] }
        let names = [servers.source.name] + memory.replicas.map { "replica \($0.address)" }
        return names.map { Leftover($0, "was being taken out of service for good, which has no way back") }
    }
}
