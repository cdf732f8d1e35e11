import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// What `abandon` says of a cutover that was cut off: the lines that it prints lead to one server that takes writes, and so
/// does time, unless it says that none takes them.
struct AbandonedCutoverTests {
    typealias Way = FailoverLifecycleTests.Way

    static let ways = [
        Way(via: "sentinel", sentinels: 1), Way(via: "announce", sentinels: 3),
        Way(via: "sentinel", sentinels: 1, resting: .fenced),
    ]
    static let restarted = [nil, SmallWorld.source, SmallWorld.target]

    /// At each moment one of the servers is restarted, or none, in turn.
    @Test(arguments: ways)
    func `killed anywhere and abandoned, one server takes writes, by the lines or without them`(_ way: Way) async throws
    {
        var turn = 0
        try await abandonEverywhere(way) { abandoned, leftovers, comment in
            let mayBeLeft = !leftovers.contains { $0.what.contains("takes no writes") }
            for isTyped in mayBeLeft ? [true, false] : [true] {
                turn += 1
                var world = abandoned
                let server = Self.restarted[turn % Self.restarted.count]
                if let server { world.restart(server) }
                if isTyped { try type(leftovers.flatMap(\.commands), world: &world) }
                let restart = server.map { "\($0) restarted, " } ?? ""
                expectOnePrimary(world, "\(comment), \(restart)\(isTyped ? "its lines" : "nothing") typed")
            }
        }
    }

    /// The target was made a replica of the source again, which follows it.
    @Test(arguments: [SmallWorld.source, SmallWorld.target])
    func `of two servers that follow each other the one that has more is promoted`(_ ahead: Endpoint) async throws {
        let lifecycle = Lifecycle(try .small(), .following(), node: "failover")
        let killed = try await killed(lifecycle) { $0.source.follows == SmallWorld.target }
        var world = lifecycle.world.read { $0 }
        world.sentinels[0].failover = nil
        world.instances[SmallWorld.target]?.follows = SmallWorld.source
        let writes = world.instances[SmallWorld.target]?.writes ?? []
        world.instances[SmallWorld.source]?.writes = writes
        world.instances[ahead]?.writes.append(1_000_000)
        let leftovers = try await leftovers(lifecycle, world, killed.undo)
        let says = try #require(leftovers.first { $0.what.contains("takes no writes") })
        #expect(
            says.what == "takes no writes: it follows 10.0.0.2:6379, which follows it (before the run: the primary); "
                + "\(ahead) has every write, and has to be promoted"
                + (ahead == SmallWorld.source
                    ? "" : "; a Sentinel that says NOGOODSLAVE reads the new priority within 10 s"))
        let promote = "redis-cli -h \(ahead.host) -p 6379 REPLICAOF NO ONE"
        #expect(
            says.commands == [promote]
                + (ahead == SmallWorld.source ? [] : ["redis-cli -h 10.0.0.9 -p 26379 SENTINEL FAILOVER main"]))
        try type(leftovers.flatMap(\.commands), world: &world)
        expectOnePrimary(world, "\(ahead) is ahead")
    }

    @Test func `what keeps a source out that cannot follow is not put back while the target takes writes`() async throws
    {
        let lifecycle = try Way(via: "sentinel", sentinels: 1, resting: .fenced).lifecycle()
        let process = FakeProcess(lifecycle.world)
        try await lifecycle.run(process)
        let leftovers = try await leftovers(lifecycle, lifecycle.world.read { $0 }, process.undo)
        #expect(leftovers.flatMap(\.commands) == [])
        #expect(
            leftovers.contains {
                $0.what.hasSuffix("it cannot follow 10.0.0.2:6379, which takes the writes, so its data is old")
            })
    }

    @Test func `a failover that does not end is told before anything else`() async throws {
        let lifecycle = Lifecycle(try .small(), .following(), node: "failover")
        let killed = try await killed(lifecycle) { $0.sentinels[0].failover != nil }
        let leftovers = try await leftovers(lifecycle, lifecycle.world.read { $0 }, killed.undo)
        #expect(leftovers.first?.place == "Sentinel 10.0.0.9:26379")
        #expect(leftovers.first?.what.hasPrefix("is in the middle of a failover, and may promote another") == true)
    }
}

extension AbandonedCutoverTests {
    /// Follows, then cuts over again and again, each time killed at the next moment, and abandons what is left.
    private func abandonEverywhere(
        _ way: Way, _ body: (SmallWorld, [Leftover], String) throws -> Void
    ) async throws {
        var world = SmallWorld(sentinels: way.sentinels)
        world.isApplicationEverywhere = false
        world.advance(by: .seconds(12))
        let plan = try way.lifecycle().plan
        let following = Lifecycle(plan, world, node: "replicaof")
        let follower = FakeProcess(following.world)
        try await following.run(follower)
        follower.sleep(until: follower.time + .seconds(15))
        for moment in 1...2_000 {
            let lifecycle = Lifecycle(plan, following.world.read { $0 }, node: "failover")
            let process = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment))
            _ = try? await lifecycle.run(process)
            guard process.isStruck else {
                #expect(moment > 30, "a cutover has more moments than that")
                return
            }
            let asking = FakeProcess(lifecycle.world)
            try await asking.servers(plan).waitForFailovers(upTo: .seconds(60)) {}
            let world = lifecycle.world.read { $0 }
            let left = try await leftovers(lifecycle, world, process.undo, following: follower.undo)
            try body(world, left, "\(way) killed at \(moment)")
        }
        Issue.record("a cutover has more moments than were tried")
    }

    /// Cuts over, killed as soon as the world is like this.
    private func killed(
        _ lifecycle: Lifecycle, when isReached: (SmallWorld) -> Bool
    ) async throws -> FakeProcess {
        let before = lifecycle.world.read { $0 }
        for moment in 1...2_000 {
            lifecycle.world.change { $0 = before }
            let process = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment))
            _ = try? await lifecycle.run(process)
            if lifecycle.world.read({ isReached($0) }) { return process }
        }
        throw Unreached()
    }

    private struct Unreached: Error {}

    private func leftovers(
        _ lifecycle: Lifecycle, _ world: SmallWorld, _ undo: StateValue?, following: StateValue? = nil
    ) async throws -> [Leftover] {
        let servers = try FakeProcess(SharedWorld(world)).servers(lifecycle.plan)
        let operations = CompiledPlan(lifecycle.plan).operations(servers: servers, approver: NobodyAsked())
        var leftovers: [Leftover] = []
        if let undo { leftovers += await operations.operation(for: "failover").leftovers(undo) }
        if let following { leftovers += await operations.operation(for: "replicaof").leftovers(following) }
        return leftovers
    }

    /// Types lines at a shell, and those that were refused again a second later.
    private func type(_ lines: [String], world: inout SmallWorld) throws {
        var left = lines
        for _ in 1...30 where !left.isEmpty {
            left = try left.filter { line in
                let words = line.shellWords
                let address = Endpoint(host: words[2], port: try #require(Int(words[4])))
                guard case .error? = world.answer(Array(words.dropFirst(5)), at: address) else { return false }
                return true
            }
            if !left.isEmpty { world.advance(by: .seconds(1)) }
        }
        #expect(left == [], "these lines do not help")
    }

    /// Expects that within a minute one server takes writes, that all Sentinels name it, and that it has every write.
    private func expectOnePrimary(_ world: SmallWorld, _ comment: String) {
        var world = world
        world.advance(by: .seconds(60))
        let accepting = world.instances.keys.filter {
            world.accepts($0) && world.instances[$0]?.isKnownToClients == true
        }
        let roles = world.instances.map { "\($0) follows \($1.follows.map { "\($0)" } ?? "nobody")" }.sorted()
        guard accepting.count == 1, let primary = accepting.first else {
            Issue.record("\(comment): \(accepting) take writes; \(roles)")
            return
        }
        #expect(world.sentinels.allSatisfy { $0.shown == primary }, "\(comment)")
        #expect(world.lost(on: primary) == [], "\(comment)")
        #expect(world.splits == [], "\(comment)")
    }
}

extension String {
    /// The words of a line for a shell, of which those with blanks stand in single quotes.
    fileprivate var shellWords: [String] {
        split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            index.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
        }
    }
}
