import RESP
import Values

/// One Sentinel of a small world, with the periods of a real one.
struct FakeSentinel {
    enum Failover {
        case begun(Duration)
        case promoting(Endpoint, since: Duration)
        case reconfiguring(Endpoint, since: Duration)
    }

    /// What the Sentinel knows from the last `INFO` of a server.
    struct Look {
        var at: Duration
        var isPrimary: Bool
        var priority: Int
        var follows: Endpoint?
        /// The time since which the server has had this role.
        var since: Duration
    }

    let address: Endpoint
    /// The primary that clients are told; `shown` is the one in `SENTINEL MASTER`.
    var named: Endpoint
    var shown: Endpoint
    var failover: Failover?
    var looks: [Endpoint: Look] = [:]
    /// When the first look is due. It differs from Sentinel to Sentinel, so that they do not all look at once.
    let phase: Duration
    var isUp = true
    var isInTilt = false
    /// Whether it watches anything.
    var isMonitoring = true
    var downAfter = Duration.seconds(5)
    var failoverTimeout = Duration.seconds(20)
    /// The epoch of its configuration.
    var epoch: Int64 = 0
    /// How many Sentinels it counts that do not exist.
    var phantoms = 0
    /// The time between two looks at a server, outside a failover.
    var looksEvery = Duration.seconds(10)
    /// The time since which the primary has not answered.
    var silentSince: Duration?

    init(address: Endpoint, named: Endpoint, phase: Duration) {
        self.address = address
        self.named = named
        shown = named
        self.phase = phase
    }

    var id: String { "id-of-\(address.port)" }

    var replicas: [Endpoint] {
        looks.keys.filter { $0 != shown && (looks[$0]?.follows != nil || looks[$0]?.isPrimary == true) }
            .filter { isKnownReplica($0) }.sorted { $0.host < $1.host }
    }

    /// The replicas that it has seen. It never forgets one before `SENTINEL RESET`.
    var known: Set<Endpoint> = []

    private func isKnownReplica(_ address: Endpoint) -> Bool { known.contains(address) }
}

extension SmallWorld {
    mutating func actAsSentinel(_ index: Int) {
        guard sentinels[index].isUp, now >= sentinels[index].phase else { return }
        look(index)
        guard !sentinels[index].isInTilt else { return }
        if sentinels[index].failover != nil { return failOver(index) }
        keepRoles(index)
    }

    private mutating func look(_ index: Int) {
        let period = sentinels[index].failover == nil ? sentinels[index].looksEvery : .seconds(1)
        for (address, instance) in instances where instance.isUp {
            let last = sentinels[index].looks[address]
            guard last.map({ now - $0.at >= period }) ?? true else { continue }
            let isPrimary = instance.follows == nil
            // Of a primary it does not read the priority: what a replica said last stays.
            let told = Int(instance.settings["replica-priority"] ?? "") ?? 100
            sentinels[index].looks[address] = FakeSentinel.Look(
                at: now, isPrimary: isPrimary, priority: isPrimary ? last?.priority ?? 100 : told,
                follows: instance.follows, since: last.map { $0.isPrimary == isPrimary ? $0.since : now } ?? now)
            if instance.follows == sentinels[index].shown { sentinels[index].known.insert(address) }
        }
    }

    private mutating func failOver(_ index: Int) {
        let sentinel = sentinels[index]
        switch sentinel.failover {
        case .begun(let since)? where now - since >= .milliseconds(200):
            let candidate = sentinel.replicas.first { isCandidate($0, sentinel) }
            sentinels[index].failover = candidate.map { .promoting($0, since: now) }
            if let candidate { reconfigure(candidate, follows: nil) }
        case .promoting(let candidate, _)? where sentinel.looks[candidate]?.isPrimary == true:
            sentinels[index].named = candidate
            sentinels[index].epoch += 1
            instances[candidate]?.isKnownToClients = true
            sentinels[index].failover = .reconfiguring(candidate, since: now)
            for other in sentinel.replicas where other != candidate { reconfigure(other, follows: candidate) }
        case .promoting(_, let since)? where now - since >= sentinel.failoverTimeout:
            sentinels[index].failover = nil
        case .reconfiguring(let promoted, let since)?
        where now - since
            >= min(
                isWaiting(for: promoted, sentinel) ? .seconds(1_000_000) : .milliseconds(50), sentinel.failoverTimeout):
            for other in sentinels.indices where sentinels[other].isUp && !sentinels[other].isInTilt {
                turn(other, to: promoted)
            }
        case .begun?, .promoting?, .reconfiguring?, nil: break
        }
    }

    /// Whether it has not seen yet that every other replica follows the one that it has promoted.
    private func isWaiting(for promoted: Endpoint, _ sentinel: FakeSentinel) -> Bool {
        sentinel.replicas.contains { replica in
            replica != promoted && instances[replica]?.isUp == true && sentinel.looks[replica]?.follows != promoted
        }
    }

    private func isCandidate(_ address: Endpoint, _ sentinel: FakeSentinel) -> Bool {
        guard let instance = instances[address], let look = sentinel.looks[address] else { return false }
        return instance.isUp && look.priority > 0
    }

    private mutating func turn(_ index: Int, to promoted: Endpoint) {
        sentinels[index].known.insert(sentinels[index].shown)
        sentinels[index].known.remove(promoted)
        sentinels[index].named = promoted
        sentinels[index].shown = promoted
        sentinels[index].epoch = sentinels.map(\.epoch).max() ?? 0
        instances[promoted]?.isKnownToClients = true
        sentinels[index].failover = nil
        sentinels[index].silentSince = nil
        for address in instances.keys { sentinels[index].looks[address]?.since = now }
    }

    /// What a Sentinel changes it has the server write into its file.
    private mutating func reconfigure(_ address: Endpoint, follows upstream: Endpoint?) {
        instances[address]?.follows = upstream
        _ = rewrite(address)
    }

    /// After 8 s a former primary is made to follow. A primary that says it is a replica is replaced after a while.
    private mutating func keepRoles(_ index: Int) {
        let sentinel = sentinels[index]
        let isPrimaryUp = instances[sentinel.shown]?.isUp ?? false
        let primary = sentinel.looks[sentinel.shown]
        for replica in sentinel.replicas {
            guard let look = sentinel.looks[replica], look.isPrimary, now - look.since >= .seconds(8),
                look.at > look.since, isPrimaryUp, primary?.isPrimary == true
            else { continue }
            reconfigure(replica, follows: sentinel.shown)
            sentinels[index].looks[replica]?.since = now
        }
        // One that follows some other server is left alone for as long as a failover may take.
        for replica in sentinel.replicas {
            guard let look = sentinel.looks[replica], let upstream = look.follows, upstream != sentinel.shown,
                now - look.since >= sentinel.failoverTimeout, isPrimaryUp, primary?.isPrimary == true
            else { continue }
            reconfigure(replica, follows: sentinel.shown)
            sentinels[index].looks[replica]?.since = now
        }
        if isPrimaryUp {
            sentinels[index].silentSince = nil
        } else {
            sentinels[index].silentSince = sentinel.silentSince ?? now
        }
        let isSilent = sentinels[index].silentSince.map { now - $0 >= sentinel.downAfter } ?? false
        let isDemoted = primary.map { !$0.isPrimary && now - $0.since >= sentinel.downAfter + .seconds(20) } ?? false
        let isLeader = sentinels.firstIndex { $0.isUp && !$0.isInTilt } == index
        if isSilent || isDemoted, isLeader { sentinels[index].failover = .begun(now) }
    }

    mutating func answerAsSentinel(_ index: Int, _ words: [String], _ line: String) -> RESPValue {
        let sentinel = sentinels[index]
        switch true {
        case line == "CLIENT LIST": return .text("")
        case line.hasPrefix("SENTINEL MONITOR"):
            return monitor(index, words)
        case line.hasPrefix("SENTINEL REMOVE"):
            sentinels[index].isMonitoring = false
            return .ok
        case !sentinel.isMonitoring && line.hasPrefix("SENTINEL"):
            return .refusal("ERR No such master with that name")
        case line.hasPrefix("INFO"): return .info(["# Sentinel", "sentinel_tilt:\(sentinel.isInTilt ? 1 : 0)"])
        case line.hasPrefix("SENTINEL GET-MASTER-ADDR"):
            return .words([sentinel.named.host, String(sentinel.named.port)])
        case line.hasPrefix("SENTINEL MASTER "): return .words(primaryFields(sentinel))
        case line == "SENTINEL MASTERS": return .array([.words(primaryFields(sentinel))])
        case line.hasPrefix("SENTINEL REPLICAS"):
            return .array(sentinel.replicas.map { .words(replicaFields($0, sentinel)) })
        case line.hasPrefix("SENTINEL SENTINELS"):
            return .array(sentinels.filter { $0.address != sentinel.address }.map { .words(peerFields($0)) })
        case line.hasPrefix("SENTINEL RESET"):
            sentinels[index].known = []
            sentinels[index].phantoms = 0
            sentinels[index].looks = [:]
            sentinels[index].failover = nil
            return .integer(1)
        case line.hasPrefix("SENTINEL FAILOVER"): return beginFailover(index)
        case line.hasPrefix("SENTINEL SET") && words[3] != "failover-timeout": return .ok
        case line.hasPrefix("SENTINEL SET"):
            sentinels[index].failoverTimeout = .milliseconds(Int64(words[4]) ?? 0)
            return .ok
        case line.hasPrefix("SENTINEL MYID"): return .text(sentinel.id)
        case line.hasPrefix("PUBLISH"): return takeHello(index, words)
        default: return .refusal("ERR unknown command")
        }
    }

    private mutating func monitor(_ index: Int, _ words: [String]) -> RESPValue {
        let sentinel = sentinels[index]
        let primary = Endpoint(host: words[3], port: Int(words[4]) ?? 0)
        sentinels[index] = FakeSentinel(address: sentinel.address, named: primary, phase: sentinel.phase)
        return .ok
    }

    private mutating func beginFailover(_ index: Int) -> RESPValue {
        let sentinel = sentinels[index]
        if sentinel.failover != nil { return .refusal("INPROG Failover already in progress") }
        guard sentinel.replicas.contains(where: { isCandidate($0, sentinel) }) else {
            return .refusal("NOGOODSLAVE No suitable replica to promote")
        }
        sentinels[index].failover = .begun(now)
        return .ok
    }

    /// Takes a hello message. One in the name of an unknown Sentinel adds a Sentinel that does not exist.
    private mutating func takeHello(_ index: Int, _ words: [String]) -> RESPValue {
        let fields = words[2].split(separator: ",").map(String.init)
        let isKnown = sentinels.contains {
            $0.address == Endpoint(host: fields[0], port: Int(fields[1]) ?? 0) && $0.id == fields[2]
                && $0.address != sentinels[index].address
        }
        if !isKnown { sentinels[index].phantoms += 1 }
        let epoch = Int64(fields[7]) ?? 0
        guard epoch > sentinels[index].epoch, !sentinels[index].isInTilt else { return .integer(1) }
        sentinels[index].epoch = epoch
        turn(index, to: Endpoint(host: fields[5], port: Int(fields[6]) ?? 0))
        return .integer(1)
    }

    private func primaryFields(_ sentinel: FakeSentinel) -> [String] {
        let flags = sentinel.failover == nil ? "master" : "master,failover_in_progress"
        return [
            "name", "main", "ip", sentinel.shown.host, "port", String(sentinel.shown.port), "flags", flags,
            "num-slaves", String(sentinel.replicas.count), "num-other-sentinels", String(sentinels.count - 1),
            "quorum", "1", "down-after-milliseconds", String(sentinel.downAfter.inMilliseconds), "failover-timeout",
            String(sentinel.failoverTimeout.inMilliseconds), "parallel-syncs", "1", "config-epoch",
            String(sentinel.epoch),
            "link-pending-commands", "0",
        ]
    }

    private func peerFields(_ peer: FakeSentinel) -> [String] {
        [
            "name", "\(peer.address)", "ip", peer.address.host, "port", String(peer.address.port), "runid",
            peer.id, "flags", "sentinel",
        ]
    }

    private func replicaFields(_ address: Endpoint, _ sentinel: FakeSentinel) -> [String] {
        let look = sentinel.looks[address]
        return [
            "name", "\(address)", "ip", address.host, "port", String(address.port), "flags",
            instances[address]?.isUp == true ? "slave" : "slave,s_down", "role-reported",
            look?.isPrimary == true ? "master" : "slave", "master-link-status", "ok", "slave-priority",
            String(look?.priority ?? 100), "slave-repl-offset", "0", "info-refresh",
            String((look.map { now - $0.at } ?? .zero).inMilliseconds),
        ]
    }
}

extension Duration {
    var inMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
