import Execution
import PlanModel
import RESP
import RedisTopology
import Values

extension WatchSight {
    static func rights(_ plan: Plan) -> Rights {
        Rights(at: [.source], [.configGet, .clientList])
            + Rights(at: [.target], [.clientList] + (plan.target.engine == .dragonfly ? [] : [.slowLog]))
            + (plan.sentinel == nil ? .none : Rights(at: [.sentinel], [.hearEvents]))
    }

    /// A server that takes longer to answer counts as silent.
    private static let patience = Duration.seconds(2)

    /// Asks all servers at the same time. A server that does not answer is a sight, too.
    static func read(_ servers: Servers) async -> WatchSight {
        async let sentinels = sentinels(servers)
        async let target = readTarget(servers)
        let source = await readSource(servers)
        var sight = await target.sight
        (sight.source, sight.clients, sight.sentinels) = (source.role, source.clients, await sentinels)
        if case .follows = source.role, let upstream = source.upstream {
            let offset = await target.offset
            sight.source = .follows(lag: offset.flatMap { offset in upstream.offset.map { max(0, offset - $0) } })
        }
        if let memory = source.memory, let used = sight.load.memory {
            sight.hasRoomAtSource = memory.limit.map { $0 > used } ?? true
        }
        return sight
    }

    private static func sentinels(_ servers: Servers) async -> Sentinels {
        guard let all = Operations.Sentinels(servers) else { return Sentinels() }
        let view = await all.view(of: servers.target)
        return Sentinels(
            total: view.total, naming: view.named,
            misleading: view.missing.filter { !$0.hasSuffix("does not answer") }, silent: view.silent)
    }

    // MARK: The target

    /// A Dragonfly writes its errors in whole sentences, and what it calls slow it measures with its own waits.
    private static func questions(_ engine: Engine) -> [Command] {
        let all: [Command] = [["INFO", "replication"], ["INFO", "stats"], ["INFO", "memory"]]
        return engine == .dragonfly
            ? all : all + [["INFO", "errorstats"], ["SLOWLOG", "GET", "1"], ["INFO", "server"]]
    }

    /// - Returns: a sight without what the old source and the Sentinels say, and the target's offset.
    private static func readTarget(_ servers: Servers) async -> (sight: WatchSight, offset: Int64?) {
        let questions = questions(servers.plan.target.engine)
        guard let replies = try? await servers.target.replies(to: questions, timeout: patience),
            let replication = try? ReplicationInfo(replies[0])
        else { return (WatchSight(target: .silent, source: .silent), nil) }
        var sight = WatchSight(target: .primary, source: .silent, load: WatchLoad(Array(replies.dropFirst())))
        sight.targetMark.runID = replies.count > 5 ? (try? ServerInfo(replies[5]))?.runID : nil
        if replication.role == .replica {
            let upstream = replication.upstream?.primary ?? .nowhere
            sight.target = .replica(of: upstream, by: await culprit(servers))
        } else {
            sight.targetMark.history = replication.former == nil ? nil : replication.replicationID
        }
        return (sight, replication.offset)
    }

    /// Who has turned the target back, as far as its connections tell: a server shows the last command of each.
    static func culprit(_ servers: Servers) async -> String {
        let clients = (try? await servers.target.clients()) ?? []
        let commanding = clients.filter {
            ["replicaof", "slaveof"].contains($0.command) && $0.planrun == nil && $0.sentinelID == nil
        }
        if !commanding.isEmpty {
            return "the last command of \(commanding.map(\.introduction).joined(separator: ", ")) was that"
        }
        let own = Set(((try? await servers.sentinelPictures()) ?? []).compactMap { $0.id.map { String($0.prefix(8)) } })
        let strangers = clients.filter { client in client.sentinelID.map { !own.contains($0) } ?? false }
        if !own.isEmpty, !strangers.isEmpty {
            let hosts = Set(strangers.map { $0.host ?? $0.address }).sorted()
            return "a Sentinel that is not in the plan is connected from \(hosts.joined(separator: ", "))"
        }
        return "nobody who is connected now has sent that last: it was a Sentinel, or somebody who has left"
    }

    // MARK: The old source

    /// What the old source says.
    private struct SourceAnswer {
        var role = Source.silent
        var upstream: Upstream?
        var clients: [Client: Int] = [:]
        var memory: MemoryInfo?
    }

    private static func readSource(_ servers: Servers) async -> SourceAnswer {
        let questions: [Command] = [["INFO", "replication"], ["CLIENT", "LIST"], ["INFO", "memory"]]
        guard let replies = try? await servers.source.replies(to: questions, timeout: patience),
            let replication = try? ReplicationInfo(replies[0])
        else { return SourceAnswer() }
        let applications = ((try? ClientList(replies[1]).clients) ?? []).filter(\.isApplication)
        let clients = Dictionary(grouping: applications) { Client(host: $0.host ?? $0.address, title: $0.title) }
        return SourceAnswer(
            role: await role(replication, servers), upstream: replication.upstream,
            clients: clients.mapValues(\.count), memory: try? MemoryInfo(replies[2]))
    }

    private static func role(_ replication: ReplicationInfo, _ servers: Servers) async -> Source {
        if let upstream = replication.upstream {
            if upstream.primary == .nowhere { return .standsAlone }
            guard await servers.isSame(upstream.primary, as: servers.target) else {
                return .followsAnother(upstream.primary)
            }
            return SyncState(replication).isSynced ? .follows(lag: nil) : .cutOff
        }
        switch try? await Fence(primary: servers.source).isClosed() {
        case true?: return .standsAlone
        case false?: return .takesWrites
        case nil: return .silent
        }
    }
}

extension WatchLoad {
    private static let rejections = ["READONLY", "OOM", "NOREPLICAS", "MISCONF"]

    /// - Parameter replies: to `INFO stats`, `INFO memory` and, of some engines, `INFO errorstats` and `SLOWLOG GET 1`.
    ///   What a server refuses to tell is left out.
    fileprivate init(_ replies: [RESPValue]) {
        let stats = (try? Info(replies[0]))?["stats"]
        evicted = stats?["evicted_keys"].flatMap { Int64($0) }
        // A Dragonfly counts these there.
        if let refused = stats?["oom_rejections"].flatMap({ Int64($0) }), refused > 0 { rejected["OOM"] = refused }
        if let info = try? MemoryInfo(replies[1]) { (memory, limit) = (info.used, info.limit) }
        guard replies.count > 3 else { return }
        if let counts = ErrorCounts(replies[2]) {
            errors = counts.total
            rejected = counts.byCode.filter { Self.rejections.contains($0.key) }
        }
        guard let entry = replies[3].array?.first?.array, entry.count > 3, let id = entry[0].integer else { return }
        slow = id + 1
        // The arguments are data of applications.
        if let time = entry[2].integer, let command = entry[3].array?.first?.string {
            slowest = Slow(command: command.uppercased().printable(limit: 40), microseconds: time)
        }
    }
}

/// How many errors a Redis or Valkey has answered, by code word.
struct ErrorCounts: Equatable, Sendable {
    var byCode: [String: Int64] = [:]

    /// - Parameter reply: to `INFO errorstats`, with lines such as `errorstat_OOM:count=7`.
    /// - Returns: `nil` for a server that does not count them, as Redis before 6.2.
    init?(_ reply: RESPValue) {
        guard let info = try? Info(reply), reply.string?.contains("rrorstats") == true else { return nil }
        for (field, value) in info["errorstats"].fields where field.hasPrefix("errorstat_") {
            guard value.hasPrefix("count="), let count = Int64(value.dropFirst(6)) else { continue }
            byCode[String(field.dropFirst(10))] = max(0, count)
        }
    }

    var total: Int64 { byCode.values.saturatingSum }
}

extension ClientList.Client {
    /// `10.0.0.5:4711 (redis-py 5.0.1 'worker')`
    fileprivate var introduction: String {
        let words = [libraryName, name.map { "'\($0)'" }].compactMap(\.self).joined(separator: " ")
        return words.isEmpty ? address : "\(address) (\(words.printable(limit: 80)))"
    }
}
