import RESP
import Values

/// Servers, Sentinels and an application in memory, moved by a clock. It shows what can go wrong in a cutover, without
/// sockets.
///
/// The application writes every few milliseconds to every server that accepts the write, and remembers which writes
/// were acknowledged. A replica gets a write one step after its primary has acknowledged it, so a cutover without a
/// fence loses writes.
struct SmallWorld {
    static let step = Duration.milliseconds(5)

    var now = Duration.zero
    var instances: [Endpoint: FakeInstance]
    var sentinels: [FakeSentinel]
    /// The writes that were acknowledged to the application.
    var acknowledged: [Int] = []
    /// The moments at which two servers acknowledged writes.
    var splits: [Duration] = []
    /// The commands that each server refuses, by their first words: `REPLICAOF NO`.
    var forbidden: [Endpoint: [String]] = [:]
    /// Replies that a test prescribes, by server and beginning of the command: `INFO MEMORY`.
    var replies: [Endpoint: [String: RESPValue]] = [:]
    /// Whether a server that is promoted is started again, without data, before it says that it is a primary.
    var restartsAtPromotion = false
    /// Whether a server that ends is started again at once, as by a service manager.
    var isSupervised = false
    var isApplicationWriting = true
    /// Whether some part of the application knows the address of every server that ever had data.
    var isApplicationEverywhere = true
    /// The commands that changed a server, in order.
    private(set) var log: [String] = []
    private var nextWrite = 1
    private var nextTick = Duration.zero

    static let source = Endpoint(host: "10.0.0.1", port: 6379)
    static let target = Endpoint(host: "10.0.0.2", port: 6379)
    static let otherReplica = Endpoint(host: "10.0.0.3", port: 6379)
    static let sentinelHost = "10.0.0.9"

    /// A source with data, an empty target, and Sentinels that know only the source.
    init(sentinels count: Int = 1) {
        instances = [Self.source: FakeInstance(isKnownToClients: true, hasClients: true), Self.target: FakeInstance()]
        sentinels = (0..<count).map {
            FakeSentinel(
                address: Endpoint(host: Self.sentinelHost, port: 26379 + $0), named: Self.source,
                phase: .milliseconds(3_100 * $0))
        }
    }

    /// The same world with a target that follows in sync and that the Sentinels have seen.
    /// - Parameter otherReplica: whether another replica follows the source, too.
    static func following(sentinels count: Int = 1, otherReplica: Bool = false) -> SmallWorld {
        otherReplica ? follow(count, otherReplica: true) : followed[count] ?? SmallWorld(sentinels: count)
    }

    private static let followed = Dictionary(uniqueKeysWithValues: [0, 1, 3].map { ($0, follow($0)) })

    private static func follow(_ count: Int, otherReplica isThere: Bool = false) -> SmallWorld {
        var world = SmallWorld(sentinels: count)
        world.instances[target]?.follows = source
        if isThere { world.instances[otherReplica] = FakeInstance(follows: source) }
        // The first Sentinel looked at the target 300 ms ago, so the best moment to ask it is near.
        world.advance(by: .milliseconds(10_300))
        world.log = []
        return world
    }

    var source: FakeInstance { instances[Self.source] ?? FakeInstance() }
    var target: FakeInstance { instances[Self.target] ?? FakeInstance() }

    /// The acknowledged writes that a server does not have.
    func lost(on address: Endpoint) -> [Int] {
        let there = Set(instances[address]?.writes ?? [])
        return acknowledged.filter { !there.contains($0) }
    }

    mutating func advance(by duration: Duration) {
        let end = now + duration
        // While nothing happens, larger steps are enough.
        let step = duration > .seconds(1) || isCalm ? Duration.milliseconds(50) : Self.step
        while now < end {
            now = min(end, now + step)
            replicate()
            // A Sentinel's timer ticks 10 to 20 times a second.
            if now >= nextTick {
                nextTick = now + .milliseconds(50)
                for index in sentinels.indices { actAsSentinel(index) }
            }
            write()
        }
    }

    private var isCalm: Bool {
        guard sentinels.allSatisfy({ $0.failover == nil }) else { return false }
        return instances.values.allSatisfy {
            $0.pausedUntil < now && $0.settings["min-replicas-to-write"] == "0"
        }
    }

    func accepts(_ address: Endpoint) -> Bool {
        guard let instance = instances[address], instance.isUp, instance.follows == nil, now >= instance.pausedUntil
        else { return false }
        return replicas(of: address).count >= Int(instance.settings["min-replicas-to-write"] ?? "0") ?? 0
    }

    /// The replicas whose link is up.
    func replicas(of address: Endpoint) -> [Endpoint] {
        instances.filter { $0.value.isUp && $0.value.follows == address }.map(\.key).sorted { $0.port < $1.port }
    }

    private mutating func write() {
        guard isApplicationWriting else { return }
        let accepting = instances.keys.filter { accepts($0) && (instances[$0]?.isKnownToClients ?? false) }
        if accepting.count > 1 { splits.append(now) }
        for address in accepting {
            instances[address]?.writes.append(nextWrite)
            acknowledged.append(nextWrite)
            nextWrite += 1
        }
    }

    private mutating func replicate() {
        for (address, replica) in instances where replica.isUp {
            guard let upstream = replica.follows, let primary = instances[upstream], primary.isUp,
                primary.follows == nil
            else { continue }
            let count = replica.writes.count
            if count <= primary.writes.count, replica.writes.last == primary.writes.prefix(count).last {
                instances[address]?.writes += primary.writes[count...]
            } else {
                instances[address]?.writes = primary.writes
            }
            if isApplicationEverywhere { instances[address]?.isKnownToClients = true }
        }
    }

    /// The reply of a server, which takes one millisecond.
    mutating func answer(_ words: [String], at address: Endpoint) -> RESPValue? {
        advance(by: .milliseconds(1))
        let line = words.joined(separator: " ").uppercased()
        if let prefixes = forbidden[address], prefixes.contains(where: { line.hasPrefix($0) }) {
            return .refusal("NOPERM this user has no permissions to run the command")
        }
        if let reply = replies[address]?.first(where: { line.hasPrefix($0.key) })?.value { return reply }
        if let index = sentinels.firstIndex(where: { $0.address == address }) {
            guard sentinels[index].isUp else { return nil }
            return answerAsSentinel(index, words, line)
        }
        guard let instance = instances[address], instance.isUp else { return nil }
        let reply = answerAsInstance(address, words, line)
        // A file decides nothing as long as its server runs.
        if line != "CONFIG REWRITE", instances[address] != instance { log.append("\(address): \(line)") }
        return reply
    }
}
