import Execution
import PlanModel
import RESP
import RedisTopology
import Synchronization
import Values

/// The servers that `decommission` takes out of service: the source, and its replicas from before the cutover.
///
/// Each of them stops following before the Sentinels forget it: a Sentinel learns of replicas from their primary. Only
/// then may it end.
struct OldServers: Sendable {
    let servers: Servers
    let resting: DecommissionStep.Resting
    let memory: DecommissionMemory
    let context: StepContext

    private var source: Server { servers.source }
    private var others: OtherReplicas {
        OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
    }

    var addresses: [Endpoint] { memory.replicas.map(\.address) + [source.endpoint] }

    /// `10.0.0.1:6379 and 2 replicas`
    var words: String {
        let replicas = memory.replicas.isEmpty ? "" : " and \(memory.replicas.count.counted("replica", "replicas"))"
        return "\(source.endpoint)\(replicas)"
    }

    /// Lets those that run stand alone without taking writes, and has every Sentinel forget all of them.
    ///
    /// A Sentinel that was not reset yet can make a server follow again, and those that were reset learn of it anew. So
    /// this goes on until none is known and all stand alone.
    func leave() async throws {
        let watch = Stopwatch(context.clock)
        while true {
            try await eachRunning { server in
                guard try await Fence(primary: server).isolate() else { throw cannotBeFenced(server) }
            }
            guard let sentinels = Sentinels(servers) else { return }
            try await sentinels.forget(addresses, world: world, context)
            let areForgotten = try await !sentinels.knowsAny(addresses)
            if areForgotten, try await areAlone() { return }
            context.report(
                Progress("the Sentinels to forget \(words)", now: "some know it", wanted: "forgotten by all"))
            if context.isDraining { throw CancellationError() }
            try await context.clock.sleep(for: .milliseconds(200))
            guard watch.elapsed < .seconds(120) else { throw notForgotten() }
        }
    }

    /// Has each that runs write to its configuration file what it is now. An earlier planrun may have died right before that.
    /// - Returns: those that could not, each with the reason.
    func writeFiles() async throws -> [String] {
        let unwritten = Mutex<[String]>([])
        try await eachRunning { server in
            guard let obstacle = try await server.writeConfigurationFile().obstacle else { return }
            unwritten.withLock { $0.append("\(server.endpoint): \(obstacle)") }
        }
        return unwritten.withLock { $0 }
    }

    /// Closes the connections of applications, which find the target when they ask for the primary again.
    func release() async throws {
        try await eachRunning { try await ClientRelease(server: $0, engine: servers.plan.source.engine).run() }
    }

    /// Has each of them save its data and end, and waits until it has.
    /// - Parameters:
    ///   - onlyOpen: leaves those that can be kept from taking writes.
    ///   - note: called before each of them is told.
    func shutDown(onlyOpen: Bool = false, _ note: (Endpoint) async throws -> Void) async throws {
        for replica in memory.replicas where try await !isGone(replica) {
            let stays = try await others.with(replica) { onlyOpen ? try await canBeClosed($0) : false }
            if stays { continue }
            try await note(replica.address)
            try await others.with(replica) { try await end($0) }
        }
        if try await isGone(source) { return }
        if onlyOpen, try await canBeClosed(source) { return }
        try await note(source.endpoint)
        try await end(source)
    }

    private func canBeClosed(_ server: Server) async throws -> Bool {
        try await server.setting(Fence.quorumOfReplicas) != nil
    }

    /// A server answers nothing while it saves, so its end is waited for as long as the step may take.
    private func end(_ server: Server) async throws {
        let process = try await server.serverInfo().runID
        try await server.attempt([["SHUTDOWN", "SAVE"]], timeout: .seconds(1_200))
        while true {
            let silence = try await Self.silence(server)
            if isEnd(silence, wasTold: true) { return }
            if silence == nil, try await server.serverInfo().runID != process { throw startedAgain(server) }
            if context.isDraining { throw CancellationError() }
            context.report(Progress("\(server.endpoint) to save and end", now: "it runs", wanted: "ended"))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }

    // MARK: What they are

    /// Whether all that run stand alone, and take no writes.
    func areAlone() async throws -> Bool {
        for replica in memory.replicas where try await !isGone(replica) {
            guard try await others.with(replica, { try await Fence(primary: $0).isIsolated() }) else { return false }
        }
        if try await isGone(source) { return true }
        return try await Fence(primary: source).isIsolated()
    }

    /// Whether all of them have ended.
    func areGone() async throws -> Bool {
        for replica in memory.replicas where try await !isGone(replica) { return false }
        return try await isGone(source)
    }

    /// Whether a server has ended: this step or the cutover has told it to, or somebody has done before what this step is
    /// to do. A server that is silent for another reason is not gone.
    func isGone(_ server: Server) async throws -> Bool {
        isEnd(try await Self.silence(server), wasTold: wasTold(server))
    }

    private func wasTold(_ server: Server) -> Bool {
        memory.stopping.contains(server.endpoint)
            || server.part == .source && servers.plan.failover?.certainResting(servers.plan) == .shutdown
    }

    private func isGone(_ replica: OtherReplicas.Memory) async throws -> Bool {
        let wasTold = memory.stopping.contains(replica.address)
        do {
            return try await others.with(replica) { isEnd(try await Self.silence($0), wasTold: wasTold) }
        } catch let failure as StepFailure where failure.isTransient {
            return isEnd(failure, wasTold: wasTold)
        }
    }

    /// - Returns: why the server does not answer; `nil` if it does.
    private static func silence(_ server: Server) async throws -> StepFailure? {
        do {
            _ = try await server.replication()
            return nil
        } catch {
            guard error.isTransient else { throw error }
            return error
        }
    }

    /// Whether a silence shows that a server has ended. One that takes a connection and does not answer may be busy with
    /// its save. One that planrun has not told to end is believed to have ended only if nothing listens there.
    private func isEnd(_ silence: StepFailure?, wasTold: Bool) -> Bool {
        switch silence?.code {
        case .session(.connectionRefused): wasTold || resting == .shutdown
        case .session(.connectTimeout), .session(.hostUnresolvable): wasTold
        default: false
        }
    }

    /// Those that have ended and that planrun has not told to.
    func endedBefore() async throws -> [Endpoint] {
        var ended: [Endpoint] = []
        for replica in memory.replicas where !memory.stopping.contains(replica.address) {
            if try await isGone(replica) { ended.append(replica.address) }
        }
        if !wasTold(source), try await isGone(source) { ended.append(source.endpoint) }
        return ended
    }

    /// Calls `body` with each of them that has not ended.
    func eachRunning(_ body: @Sendable (Server) async throws -> Void) async throws {
        for replica in memory.replicas where try await !isGone(replica) {
            try await others.with(replica) { try await body($0) }
        }
        if try await !isGone(source) { try await body(source) }
    }

    // MARK: Failures

    private var world: [String] {
        ["\(servers.target.endpoint) is the primary and takes writes; \(words) are on their way out of service"]
    }

    private func notForgotten() -> StepFailure {
        StepFailure(
            code: .sourceNotForgotten, what: "the Sentinels still list \(words) after 2m",
            place: servers.sentinels.map(\.name), world: world, help: ["resume tries again"], isTransient: true)
    }

    private func startedAgain(_ server: Server) -> StepFailure {
        StepFailure(
            code: .startedAgain, what: "\(server.name) saved its data and ended, and was started again at once",
            place: [server.name], world: world,
            help: ["stop it where it is started, as with 'systemctl stop' or by its operator, then resume"])
    }

    func cannotBeFenced(_ server: Server) -> StepFailure {
        StepFailure(
            code: .cannotBeFenced,
            what: "\(server.name) cannot be kept from taking writes: it has no \(Fence.quorumOfReplicas)",
            place: [server.name], world: ["\(servers.target.endpoint) is the primary and takes writes"],
            help: ["write 'resting: shutdown', which lets it save its data and end"])
    }
}
