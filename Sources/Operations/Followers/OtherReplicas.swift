import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The primary's replicas other than the successor, which takes over. None of them is promoted. After the cutover they
/// follow the new primary, are detached, or are left to the Sentinels, as the plan says.
struct OtherReplicas: Sendable {
    static let rights = Rights(
        at: [.replica], Server.rights + Fence.rights + ReplicationCredentials.rights + [.replicaOf])

    let servers: Servers
    let primary: Server
    let successor: Server

    /// The state of one of these replicas before the cutover, for the state file.
    struct Memory: Codable, Equatable {
        var host: String
        var port: Int
        /// The run id of the process at that address; Dragonfly has none.
        var runID: String?
        var priority: String?
        var writeRule: [String: String] = [:]

        var address: Endpoint { Endpoint(host: host, port: port) }
        /// Its settings as `Fence.prior()` returned them.
        var settings: [String: String] { writeRule.merging(priority.map { ["replica-priority": $0] } ?? [:]) { $1 } }
    }

    /// These replicas as they are now. Two kinds are left out:
    ///
    /// - A replica that does not answer: Sentinel does not choose it either, and the check `only-candidate` names it.
    /// - A replica that refuses planrun's login: if a Sentinel could choose it, the cutover does not begin.
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

    /// Opens a session to each of these replicas, for a caller that only reads. The caller closes the sessions.
    func guests() async throws -> [Server] {
        try await addresses().map { address in
            var settings = primary.settings
            settings.address = address
            (settings.connectTimeout, settings.replyTimeout) = (.seconds(1), .seconds(1))
            return Server(part: .replica, settings: settings, session: servers.connector.session(settings))
        }
    }

    /// The addresses under which the primary and the Sentinels list these replicas.
    func addresses() async throws -> [Endpoint] {
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

    /// Keeps the Sentinels from promoting these replicas. With `detach` the replicas also leave the primary now, before
    /// the cutover: a Sentinel shows a new primary only when every replica that it knows follows that primary, and
    /// detached replicas never would.
    func exclude(_ replicas: [Memory], _ rule: FailoverStep.OtherReplicas?, _ context: StepContext) async throws {
        for memory in replicas {
            guard let priority = memory.priority else { continue }
            try await with(memory) { try await Fence(primary: $0).exclude(priority) }
        }
        guard rule == .detach, !replicas.isEmpty else { return }
        try await checkWriteRule()
        for memory in replicas {
            try await with(memory) { replica in
                let fence = Fence(primary: replica)
                // As a replica it makes its clients look for another server. A Dragonfly cannot be closed, and refuses to
                // follow no server.
                let isClosed = try await fence.close()
                // Into its file, too, which says by now that it follows.
                try await fence.send([isClosed ? .replicaOf(.nowhere) : ["REPLICAOF", "NO", "ONE"]])
            }
        }
        try await Sentinels(servers)?.forget(
            replicas.map(\.address), world: ["\(primary.endpoint) takes writes; its other replicas are detached"],
            context)
    }

    /// Throws if the primary would refuse writes once these replicas are detached, because `min-replicas-to-write` asks
    /// for more replicas than would be left.
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
    /// follow the new primary. Detached ones stay fenced.
    func bringToRest(_ replicas: [Memory], _ rule: FailoverStep.OtherReplicas?) async throws {
        for memory in replicas where rule != .detach {
            try await with(memory) { replica in
                if rule == .follow { try await follow(successor, replica) }
                try await Fence(primary: replica).lower(to: memory.settings)
            }
        }
    }

    /// Whether these replicas have their own settings again. One that does not answer is skipped, because nothing could be
    /// put back there.
    func isAtRest(_ replicas: [Memory], _ rule: FailoverStep.OtherReplicas?) async -> Bool {
        for memory in replicas where rule != .detach {
            let isExcluded = try? await with(memory) { replica in
                let now = try await replica.settings([Fence.priority, SettingMark.setting])
                let mark = now[SettingMark.setting].map { SettingMark($0) }
                return mark?.changes[Fence.priority] != nil || now[Fence.priority] == "0" && memory.priority != "0"
            }
            if isExcluded == true { return false }
        }
        return true
    }

    /// Makes these replicas follow their old primary again, and gives them their own settings back. Called if that
    /// primary was never replaced, or is the primary again.
    /// - Parameter follow: `false` leaves them with whom they follow now, because another server is the primary.
    func restore(_ replicas: [Memory], follow: Bool = true) async throws {
        for memory in replicas {
            try await with(memory) { replica in
                if follow { try await self.follow(primary, replica) }
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
        try await replica.ask(.replicaOf(server.endpoint), timeout: .seconds(30))
    }

    /// Connects to one of these replicas. It accepts the credentials of the new primary, or still those of the old one,
    /// so both are tried.
    /// - Throws: `StepFailure`, before `body` is called, if the replica might be the primary or the successor itself.
    @discardableResult
    func with<Result: Sendable>(
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
