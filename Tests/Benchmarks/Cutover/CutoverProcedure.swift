import PlanModel
import RESP
import Rehearsal
import Values

/// One way to make the target the primary, or the source again.
protocol CutoverProcedure: Sendable {
    var name: String { get }
    /// The engine of all servers and Sentinels.
    var engine: Engine { get }
    /// The procedure does not begin while the age of the leading Sentinel's last look at the target is in this range;
    /// `nil` allows any moment.
    var avoids: ClosedRange<Duration>? { get }
    /// The number of Sentinels that the procedure needs.
    var leastSentinels: Int { get }
    /// What has to happen before, under load, and is not measured.
    func prepare(in world: CutoverWorld) async throws
    /// - Returns: what the procedure tells of itself.
    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount
    /// Waits until everybody agrees who is the primary afterwards.
    func waitForEnd(in world: CutoverWorld) async throws
}

extension CutoverProcedure {
    var engine: Engine { .redis }
    var avoids: ClosedRange<Duration>? { nil }
    var leastSentinels: Int { 1 }
    func prepare(in world: CutoverWorld) async throws {}
    func waitForEnd(in world: CutoverWorld) async throws { try await world.waitUntilOnlyTargetIsPrimary() }
}

enum CutoverProcedures {
    /// The methods of planrun, as plans write them.
    private static let methods = ["sentinel", "announce", "fastest"]

    static var all: [any CutoverProcedure] {
        let there = methods.map { PlanrunCutover(method: $0) }
        let own: [any CutoverProcedure] =
            there + [TellingCutover(cutover: PlanrunCutover(method: "fastest"))]
            + there.map { PlanrunReturn(cutover: $0) }
        let others: [any CutoverProcedure] = [PublishedCutover(), UnalignedCutover()]
        let native: [any CutoverProcedure] =
            [NativeCutover()] + (CoordinatedCutover.isPossible ? [CoordinatedCutover()] : [])
        return others + own + native
    }

    static var leftOut: [String] {
        CoordinatedCutover.isPossible
            ? [] : ["left out: \(CoordinatedCutover().name), as no valkey-server of 9.0 or later is in PATH"]
    }
}

/// The procedure of blog posts: a Sentinel is told to fail over, and does everything else.
struct PublishedCutover: CutoverProcedure {
    let name = "published: SENTINEL FAILOVER"

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        try await world.ask(world.leader, Command(["SENTINEL", "FAILOVER", world.name]))
        return CutoverAccount(pause: .zero)
    }
}

/// The simplest procedure that loses nothing: it holds writes from before the failover until every Sentinel names the
/// target.
struct UnalignedCutover: CutoverProcedure {
    let name = "pause, unaligned"
    let avoids: ClosedRange<Duration>? = .milliseconds(500) ... .milliseconds(900)

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        let began = ContinuousClock.now
        // Less than `down-after-milliseconds`, because the Sentinels' PING waits behind their own PUBLISH while writes
        // are held.
        try await world.ask(world.source, ["CLIENT", "PAUSE", "4500", "WRITE"])
        guard let offset = try await world.ask(world.source, ["ROLE"]).array?[1].integer else {
            throw Child.Failure(what: "the source tells no offset")
        }
        try await world.waitUntilTargetHas(offset: offset)
        try await world.ask(world.leader, Command(["SENTINEL", "FAILOVER", world.name]))
        try await world.waitUntilTargetIsPrimary()
        let target = world.target.address
        try await world.ask(world.source, Command(["REPLICAOF", target.host, String(target.port)]))
        try await world.waitUntilSentinelsNameTarget()
        let release: [Command] = [
            ["MULTI"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["CLIENT", "UNPAUSE"], ["EXEC"],
        ]
        _ = try await world.source.pipeline(release, timeout: nil)
        return CutoverAccount(pause: began.duration(to: .now))
    }
}

/// Redis' own handover between source and target, of which a Sentinel is told afterwards.
struct NativeCutover: CutoverProcedure {
    let name = "native: FAILOVER TO, SENTINEL FAILOVER"

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        let (began, target) = (ContinuousClock.now, world.target.address)
        try await world.ask(world.source, Command(["FAILOVER", "TO", target.host, String(target.port)]))
        try await world.waitUntilTargetIsPrimary()
        let pause = began.duration(to: .now)
        try await world.ask(world.leader, Command(["SENTINEL", "FAILOVER", world.name]))
        return CutoverAccount(pause: pause)
    }
}

/// Valkey's Sentinel lets the servers hand over among themselves.
struct CoordinatedCutover: CutoverProcedure {
    let name = "native: Valkey's SENTINEL FAILOVER COORDINATED"
    let engine = Engine.valkey

    /// Whether the installed Valkey is 9.0 or newer.
    static var isPossible: Bool { ValkeyVersion.installed.map { $0 >= 9 } ?? false }

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        try await world.ask(world.leader, Command(["SENTINEL", "FAILOVER", world.name, "COORDINATED"]))
        return CutoverAccount()
    }
}
