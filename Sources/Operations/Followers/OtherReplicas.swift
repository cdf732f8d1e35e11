import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The replicas of a primary besides the one that takes over. None of them is promoted. After the cutover they follow
/// the new primary, are detached, or are left to the Sentinels, as the plan says.
struct OtherReplicas: Sendable {
    static let rights = Rights(
        at: [.replica], Server.rights + Fence.rights + ReplicationCredentials.rights + [.replicaOf])

    let servers: Servers
    let primary: Server
    let successor: Server

    /// One of these replicas as it was before, for the state file.
    struct Memory: Codable, Equatable {
        var host: String
        var port: Int
        /// The run id of the process that was there; a Dragonfly has none.
        var runID: String?
        var priority: String?
        var writeRule: [String: String] = [:]

        var address: Endpoint { Endpoint(host: host, port: port) }
        /// Its settings as `Fence.prior()` returned them.
        var settings: [String: String] { writeRule.merging(priority.map { ["replica-priority": $0] } ?? [:]) { $1 } }
    }

    /// The replicas as they are now. One that does not answer is left out: Sentinel does not choose it either, and the
    /// check `only-candidate` names it. One that refuses planrun's login is left out, too: should a Sentinel be able to
    /// choose it, the cutover does not begin.
    func prior() async throws -> [Memory] {
        var found: [Memory] = []
        for address in try await addresses() {
            do {
                let memory = try await with(Memory(host: address.host, port: address.port)) { replica in
                    var memory = Memory(host: address.host, port: address.port)
                    memory.runID = try await replica.serverInfo().runID
                    let prior = try await Fence(primary: replica).prior()
                    memory.priority = prior["replica-priority"]
                    memory.writeRule = prior.filter { $0.key != "replica-priority" }
                    return memory
                }
                found.append(memory)
            } catch let failure as StepFailure where failure.code == .operation(.serverUnidentified) {
                throw failure
            } catch {}
        }
        return found
    }

    /// Opens a session to each of these replicas, for a caller that only reads; the caller closes the sessions.
    func guests() async throws -> [Server] {
        try await addresses().map { address in
            var settings = primary.settings
            settings.address = address
            (settings.connectTimeout, settings.replyTimeout) = (.seconds(1), .seconds(1))
            return Server(part: .replica, settings: settings, session: servers.connector.session(settings))
        }
    }

    /// The addresses of these replicas, as the primary and the Sentinels list them.
    private func addresses() async throws -> [Endpoint] {
        var all = try await primary.replication().replicas.map(\.address)
        for picture in servers.plan.sentinel == nil ? [] : try await servers.sentinelPictures() {
            all += picture.replicas.filter { $0.flags.isHealthy && $0.reportedRole == .replica }.map(\.address)
        }
        var others: [Endpoint] = []
        for address in all where !others.contains(address) {
            if await servers.isSame(address, as: successor) { continue }
            if await servers.isSame(address, as: primary) { continue }
            others.append(address)
        }
        return others
    }

    /// Keeps the Sentinels from promoting these replicas. With `detach` they also leave the primary now, before the
    /// cutover. A Sentinel shows the new primary only when every replica that it knows follows that one, and these
    /// never would.
    func exclude(_ replicas: [Memory], _ rule: FailoverStep.OtherReplicas?, _ context: StepContext) async throws {
        for memory in replicas {
            guard let priority = memory.priority else { continue }
            try await with(memory) { try await Fence(primary: $0).exclude(priority) }
        }
        guard rule == .detach, !replicas.isEmpty else { return }
        try await checkWriteRule()
        for memory in replicas {
            try await with(memory) { replica in
                _ = try await Fence(primary: replica).close()
                try await replica.ask(["REPLICAOF", "NO", "ONE"], timeout: .seconds(30))
            }
        }
        try await Sentinels(servers)?.forget(
            replicas.map(\.address), world: ["\(primary.endpoint) takes writes; its other replicas are detached"],
            context)
    }

    /// Refuses to detach the replicas from a primary that wants more of them than would be left: it would refuse writes
    /// from then on.
    private func checkWriteRule() async throws {
        let wanted = try await Fence(primary: primary).replicasWanted()
        guard wanted > 1 else { return }
        throw StepFailure(
            code: .tooFewReplicas,
            what:
                "detaching the other replicas would leave 1, and \(primary.name) wants \(wanted) (min-replicas-to-write)",
            place: [primary.name], world: ["nothing was promoted; \(primary.endpoint) takes writes"],
            help: ["write 'replicas: { after-cutover: leave }', or lower min-replicas-to-write on \(primary.endpoint)"])
    }

    /// Brings these replicas to rest after the handover: they get their own settings back, and with `follow` they
    /// follow the new primary.
    func bringToRest(_ replicas: [Memory], _ rule: FailoverStep.OtherReplicas?) async throws {
        for memory in replicas where rule != .detach {
            try await with(memory) { replica in
                if rule == .follow { try await follow(successor, replica) }
                try await Fence(primary: replica).lower(to: memory.settings)
            }
        }
    }

    /// Restores these replicas, for a world in which their primary still is one or is one again.
    func restore(_ replicas: [Memory]) async throws {
        for memory in replicas {
            try await with(memory) { replica in
                try await follow(primary, replica)
                try await Fence(primary: replica).lower(to: memory.settings)
            }
        }
    }

    private func follow(_ server: Server, _ replica: Server) async throws {
        if let upstream = try await replica.replication().upstream?.primary, await servers.isSame(upstream, as: server)
        {
            return
        }
        try await ReplicationCredentials(toFollow: server).apply(to: replica)
        try await replica.ask(["REPLICAOF", server.endpoint.host, String(server.endpoint.port)], timeout: .seconds(30))
    }

    /// Connects to one of these replicas. It takes the credentials of the primary that it follows, or still those of
    /// the one that it followed before the cutover.
    /// - Throws: `StepFailure` before `body` is called, where the server might be one of the two of the handover.
    @discardableResult
    private func with<Result: Sendable>(
        _ memory: Memory, _ body: @Sendable (Server) async throws -> Result
    ) async throws -> Result {
        let admission = Admission(connector: servers.connector, access: [primary.settings, successor.settings])
        let (replica, _) = try await admission.enter(memory.address)
        do {
            try await Stranger(replica, servers: servers, parties: [successor, primary]).prove(wasSeenAs: memory.runID)
            let result = try await body(replica)
            await replica.session.close()
            return result
        } catch {
            await replica.session.close()
            throw error
        }
    }
}
