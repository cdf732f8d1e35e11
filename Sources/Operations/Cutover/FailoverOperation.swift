package import Execution
import PlanModel
import RESP
import RedisTopology

/// `failover`: the cutover from source to target, and the way back from it, if the plan allows one.
package struct FailoverOperation: Operation {
    let servers: Servers
    let step: FailoverStep
    /// What a person lets `undo` give up once the target is the primary.
    let allowance: WriteAllowance

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let recorded = try context.undo?.decode(FailoverMemory.self)
        let situation = try await situation(recorded?.cutover)
        switch situation.verdict {
        case .promoted where recorded?.cutover.isShutDown == true && situation.isComplete:
            return .done(
                "\(servers.target.endpoint) is the primary already, and \(servers.source.endpoint) is shut down")
        case .finished:
            let memory = try await complete(recorded, context)
            let isAtRest = try await isAtRest(memory.cutover, context)
            if memory.back != nil || !isAtRest { return .ready(undo: StateValue(memory)) }
            return .done("\(servers.target.endpoint) is the primary already")
        case .promoted:
            // If the source does not answer, there are no settings to remember.
            let memory = try? await complete(recorded, context)
            return .ready(undo: StateValue(memory ?? recorded ?? FailoverMemory(cutover: CutoverMemory())))
        case .notStarted:
            try ComparisonAge.check(servers.plan, within: step.verifiedWithin, context)
            if let recorded { return .ready(undo: StateValue(recorded)) }
            try await refuseOneWay()
            return .ready(undo: StateValue(FailoverMemory(cutover: try await prior(context))))
        case .unclear(let code, let what): throw await unclear(code, what)
        }
    }

    /// Throws if the plan demands a way back without loss, and there would be none.
    private func refuseOneWay() async throws(StepFailure) {
        guard servers.plan.rollback.afterCutover == .keep,
            let obstacle = try await AfterCutover.read(servers, step).obstacleToKeep
        else { return }
        throw StepFailure(
            code: .noWayBack, what: "the plan keeps a way back without loss, and there would be none: \(obstacle)",
            place: [servers.source.name, servers.target.name],
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"],
            help: [
                "write 'rollback: { after-cutover: stop }' in the plan to go on without one, or 'discard-writes' for one that gives up what is written after the cutover"
            ])
    }

    package func perform(_ context: StepContext) async throws {
        guard let recorded = try context.undo?.decode(FailoverMemory.self) else {
            preconditionFailure("a cutover is performed only after its memory was recorded")
        }
        try await giveUpReturn(recorded, context)
        let memory = recorded.cutover
        do {
            try await handOver(memory, context)
        } catch var failure as StepFailure {
            // Failures that come before the pause do not say what state the servers are in.
            if failure.world.isEmpty { failure.world = await WorldReport(servers).sentences() }
            throw failure
        }
        if context.isLeaseLost { throw CancellationError() }
        try await restoreTimeouts(recorded, context)
        try await cutover(context).others.bringToRest(memory.replicas, memory.otherReplicas)
        try await SourceRest(servers: servers, context: context).reach(memory.resting ?? .follow)
        // Both servers keep the credentials with which they log in to each other, so the notes that planrun changed
        // these are removed. A source that was shut down does not answer; that is no failure.
        for server in [servers.source, servers.target] { try? await settle(server) }
    }

    /// Gives the Sentinels their failover-timeout back, if an earlier planrun died before it did so itself.
    private func restoreTimeouts(_ memory: FailoverMemory, _ context: StepContext) async throws {
        for prior in [memory.cutover.failoverTimeouts, memory.back?.failoverTimeouts].compactMap(\.self) {
            try await cutover(context).failoverTimeouts?.restore(prior)
        }
    }

    /// What stays for good is no longer noted as changed, and is so, too, when the server is started again.
    private func settle(_ server: Server) async throws {
        try await ReplicationCredentials.keep(on: server)
        if server.part == .target {
            for command in try await server.unmarking([Fence.priority]) { try await server.ask(command) }
        }
        _ = try await server.writeConfigurationFile()
    }

    /// The run goes forward again after a return was begun: the target gets back the settings that the return has changed,
    /// so that a later one does not take those for the target's own.
    ///
    /// The fence keeps the target from acknowledging writes that a promoted source would not have. So it stays until no
    /// Sentinel can promote the source any more.
    /// - Throws: `StepFailure` if the source was promoted by then. The return is completed first: going forward from the
    ///   middle of it would let two servers take writes.
    private func giveUpReturn(_ memory: FailoverMemory, _ context: StepContext) async throws {
        guard let back = memory.back else { return }
        if let sentinels = Sentinels(servers) {
            try await sentinels.waitUntilCalm(upTo: sentinels.limits().promotion, context)
        }
        if try await Return.isUnderWay(servers, back) {
            _ = try await way(back: memory, .noWrite, context).finish(back)
            throw await goneBack()
        }
        try await Fence(primary: servers.target).lower(to: back.fence, first: [["CLIENT", "UNPAUSE"]])
        try await ReplicationCredentials.restore(back.credentials, on: servers.target)
        try await context.save(StateValue(FailoverMemory(cutover: memory.cutover)))
    }

    private func goneBack() async -> StepFailure {
        StepFailure(
            code: .goneBack, what: "a way back that was begun had promoted the source already, and was completed",
            place: [servers.source.name], world: await WorldReport(servers).sentences(),
            help: ["rollback takes the other steps back and ends the run; then apply can begin anew"])
    }

    private func handOver(_ memory: CutoverMemory, _ context: StepContext) async throws {
        while true {
            let situation = try await situation(memory)
            switch situation.verdict {
            case .finished:
                try await cutover(context).settle(memory)
                return
            case .promoted:
                try await cutover(context).resume(memory)
                return
            // `nil` means that the Sentinels' own failover promoted the target first. Then the servers are asked
            // again.
            case .notStarted: if try await cutover(context).run(memory) != nil { return }
            case .unclear(let code, let what): throw await unclear(code, what)
            }
        }
    }

    /// What is on record of a cutover whose target is the primary. If somebody else promoted it, that may be nothing: then it
    /// is what the source says now. Its settings that another planrun has changed, whose state file is not here and which may
    /// have died, are noted at the source (`SettingMark`).
    private func complete(_ recorded: FailoverMemory?, _ context: StepContext) async throws -> FailoverMemory {
        if let recorded, !recorded.cutover.fence.isEmpty { return recorded }
        var memory = try await prior(context)
        memory.phase = .promoting
        return FailoverMemory(cutover: memory, back: recorded?.back)
    }

    private func prior(_ context: StepContext) async throws -> CutoverMemory {
        let after = try await AfterCutover.read(servers, step)
        var memory = try await cutover(context).prior(isRefused: after.obstacle != nil)
        (memory.resting, memory.otherReplicas) = (after.resting, after.replicas)
        memory.forks = try? await PromotionMark.forks(of: servers.target)
        return memory
    }

    package func outlook() async -> [String] {
        await methodOutlook() + restingOutlook() + refusalOutlook + returnOutlook()
    }

    /// A write that comes to a replica is answered before a pause is looked at, so it cannot be made to wait. The times were
    /// measured with `planrun-benchmarks cutover`: from the demotion of the source until the Sentinels named the target.
    private var refusalOutlook: [String] {
        guard servers.plan.sentinel != nil, step.method != .shutdown else { return [] }
        return [
            "applications: a write that waits in the pause ends with a closed connection, and one that is begun on the source after the swap fails with READONLY, as does each further attempt until the Sentinels name the target (measured: 0.2 to 0.5 s via sentinel, 0.01 to 0.04 s via announce); its library has to ask them and send it again"
        ]
    }

    private func methodOutlook() async -> [String] {
        guard servers.plan.isMonitored, [.announce, .fastest].contains(step.method) else { return [] }
        let choice = await MethodChoice.make(
            step.method, Sentinels(servers), from: servers.source, to: servers.target)
        return ["via \(choice.method.rawValue)" + (choice.reason.map { ": \($0)" } ?? "")]
    }

    /// Why the source will not follow the target, if neither the plan nor its engines say so.
    private func restingOutlook() async -> [String] {
        guard step.certainResting(servers.plan) == nil, let after = try? await AfterCutover.read(servers, step),
            let obstacle = after.obstacle
        else { return [] }
        return ["the source cannot follow the target: \(obstacle)"]
    }

    /// How `rollback` would go back after the cutover, how long writes would stall, and what it could cost.
    private func returnOutlook() async -> [String] {
        guard let after = try? await AfterCutover.read(servers, step) else { return [] }
        let source = servers.source.endpoint
        switch after.wayBack {
        case .keep:
            let method = step.methodBack(hasSentinels: servers.plan.sentinel != nil)
            let why = servers.plan.rollback.afterCutover == nil ? " (keep: the source can follow the target)" : ""
            return [
                "going back after it: 'rollback' hands over to \(source) in the other direction\(why); no write is lost as long as it follows, and \(ExpectedStall(via: method).sentence); with a Sentinel it may wait up to 12 s for the right moment before that"
            ]
        case .discardWrites:
            return [
                after.obstacleToKeep == nil
                    ? "going back after it: no write is lost as long as \(source) follows; 'after-cutover: keep' would refuse to lose any"
                    : "going back after it: \(source) lacks every write since, and 'rollback' gives them up"
            ]
        case .stop:
            guard servers.plan.certainWayBack == nil, let obstacle = after.obstacleToKeep else { return [] }
            return ["no way back after it (stop): \(obstacle)"]
        }
    }

    /// Asks the Sentinels first, because they may have promoted the target by themselves if the source died during the
    /// cutover.
    package func passage(_ undo: StateValue?) async -> Passage {
        if await servers.sentinelNamingTarget() != nil { return .behind }
        guard let memory = try? undo?.decode(FailoverMemory.self).cutover, memory.phase == .promoting else {
            return .ahead
        }
        switch try? await situation(memory).verdict {
        case .promoted?, .finished?: return .behind
        case .notStarted?, .unclear?, nil: return .perhaps
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let memory = try context.undo?.decode(FailoverMemory.self).cutover
        let situation = try await situation(memory)
        guard situation.verdict == .finished || memory?.isShutDown == true && situation.isComplete else {
            throw StepFailure(
                code: .cutoverIncomplete, what: "the cutover is not complete",
                place: [servers.source.name, servers.target.name], world: await WorldReport(servers).sentences(),
                help: ["resume goes on from what the servers say"])
        }
        let measurements = memory?.measurements ?? CutoverMeasurements()
        let ending = situation.ending(isShutDown: memory?.isShutDown == true)
        var summary = "\(servers.target.endpoint) is the primary"
        if let ending {
            summary += ", and " + ending.end(servers.source.endpoint, hasSentinels: servers.plan.sentinel != nil)
        }
        if let measured = measurements.sentence(servers.source.endpoint) { summary += "; \(measured)" }
        if let method = measurements.method, method.rawValue != step.method.rawValue {
            summary += "; via \(method.rawValue)" + (measurements.reason.map { ": \($0)" } ?? "")
        }
        let files = [servers.source, servers.target].compactMap { server in
            memory?.files?[server.part.rawValue].flatMap { RestartOutlook(servers: servers).finding(server, $0) }
        }
        var facts = measurements.facts
        if let ending { facts["sourceAtRest"] = .string(ending.rawValue) }
        var result = await StayedClients.read(servers.source).result(summary, facts: facts)
        result.memo = memory?.promotingSince.map {
            StateValue(PromotionMark(promotedAt: $0, forks: memory?.forks, replicas: memory?.replicas))
        }
        return result.warned(of: files).warned(of: (try? await WriteGate.read(servers, .promoted).obstacles) ?? [])
    }

    private func isAtRest(_ memory: CutoverMemory, _ context: StepContext) async throws -> Bool {
        guard memory.isReleased == true else { return false }
        if let prior = memory.failoverTimeouts,
            await cutover(context).failoverTimeouts?.isRestored(prior) == false
        {
            return false
        }
        guard await cutover(context).others.isAtRest(memory.replicas, memory.otherReplicas) else { return false }
        switch memory.resting ?? .follow {
        case .follow: return try await cutover(context).fence.isAtRest(memory.fence)
        case .fenced:
            guard try await Fence(primary: servers.source).isClosed(),
                try await servers.source.replication().upstream?.primary == .nowhere
            else { return false }
            return try await Sentinels(servers)?.knowsAny([servers.source.endpoint]) != true
        case .shutdown: return false
        }
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard let memory = try context.undo?.decode(FailoverMemory.self) else { return nil }
        try await restoreTimeouts(memory, context)
        if memory.back != nil { return try await goBack(memory, context) }
        if allowance == .everything, await servers.isTargetSilent() { return try await goBack(memory, context) }
        // If a Sentinel has accepted or begun a failover, it may still promote the target. So the fences stay until
        // that failover is over.
        if let sentinels = Sentinels(servers) {
            try await sentinels.waitUntilCalm(upTo: sentinels.limits().promotion, context)
        }
        if await servers.isTargetSilent() { return try await undoAlone(memory, context) }
        let situation = try await situation(memory.cutover)
        switch situation.verdict {
        case .notStarted,
            .unclear where situation.isUntouched:
            return try await unfence(memory.cutover, context)
        case .promoted, .finished:
            guard allowance != .noReturn else { throw await pastReturn() }
            return try await goBack(memory, context)
        case .unclear(let code, let what): throw await unclear(code, what)
        }
    }

    /// Takes it back while the target does not answer. As long as nothing may have been promoted, that needs no target.
    private func undoAlone(_ memory: FailoverMemory, _ context: StepContext) async throws -> StepResult {
        guard memory.cutover.phase == .fencing, try await servers.source.replication().role == .primary,
            await servers.sentinelNamingTarget() == nil, await Sentinels(servers)?.isFailingOver() != true
        else { throw await targetSilent(since: memory.cutover) }
        return try await unfence(memory.cutover, context)
    }

    private func unfence(_ memory: CutoverMemory, _ context: StepContext) async throws -> StepResult {
        try await cutover(context).unfence(memory)
        let primary = try await servers.source.replication().upstream?.primary
        // A source that follows another server is nobody whom its other replicas should follow.
        try await cutover(context).others.restore(memory.replicas, follow: primary == nil)
        if let primary {
            return StepResult(
                "nothing was promoted; \(servers.source.endpoint) follows \(primary), with its settings as before")
        }
        return StepResult("nothing was promoted; \(servers.source.endpoint) takes writes, with its settings as before")
    }

    private func goBack(_ memory: FailoverMemory, _ context: StepContext) async throws -> StepResult {
        let measurements = try await way(back: memory, allowance, context).run()
        let sentences = [
            "\(servers.source.endpoint) is the primary again", measurements.sentence(servers.target.endpoint),
            await StayedClients.read(servers.target).sentence,
        ].compactMap(\.self)
        return StepResult(sentences.joined(separator: "; "), facts: measurements.facts)
    }

    private func way(back memory: FailoverMemory, _ allowance: WriteAllowance, _ context: StepContext) -> Return {
        Return(servers: servers, step: step, memory: memory, allowance: allowance, context: context)
    }

    private func cutover(_ context: StepContext) -> Cutover {
        Cutover(
            servers: servers, from: servers.source, to: servers.target, method: step.method,
            writePause: step.writePause, context: context,
            record: { try await context.save(StateValue(FailoverMemory(cutover: $0))) })
    }

    private func situation(_ memory: CutoverMemory?) async throws -> CutoverSituation {
        do {
            return try await CutoverSituation.read(servers, memory)
        } catch {
            guard memory?.phase == .promoting, (error as? StepFailure)?.isTransient == true else { throw error }
            throw await targetSilent(since: memory ?? CutoverMemory())
        }
    }

    private func targetSilent(since memory: CutoverMemory) async -> StepFailure {
        let since = memory.promotingSince.map { " at \(Timestamp(secondsSince1970: $0))" } ?? ""
        return StepFailure(
            code: .targetSilent,
            what: "\(servers.target.name) was promoted\(since), or was about to be, and does not answer",
            place: [servers.target.name], world: await WorldReport(servers).sentences(),
            help: [
                "start \(servers.target.endpoint) again with its data, then resume; until it answers no write is taken",
                "if it is gone for good, 'rollback' with 'after-cutover: discard-writes' in the plan goes back to \(servers.source.endpoint), and gives up what was written since",
            ],
            isTransient: true)
    }

    private func unclear(_ code: OperationFailure, _ what: String) async -> StepFailure {
        let isGone = code == .sourceUnreachable
        return StepFailure(
            code: code, what: what, place: [servers.source.name, servers.target.name],
            world: await WorldReport(servers).sentences(),
            help: [
                isGone
                    ? "start \(servers.source.endpoint) again, then resume; or let the Sentinels promote the target, if they are about to"
                    : "planrun does not guess which server has the newer data: find out, and make one follow the other"
            ],
            // Such a situation can resolve itself: the Sentinels fail over, or somebody starts the source again.
            isTransient: isGone || code == .targetDoesNotFollow && servers.plan.sentinel != nil)
    }

    private func pastReturn() async -> StepFailure {
        StepFailure(
            code: .pastPointOfNoReturn, what: "the cutover is over, and the plan has no way back after it",
            place: [servers.target.name], world: await WorldReport(servers).sentences(),
            help: ["'rollback: { after-cutover: keep }' would be one, where the source follows the target"])
    }
}
