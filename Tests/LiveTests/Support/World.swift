import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

/// What a run leaves behind: who follows whom, which server the Sentinels name, and what keeps the source from being
/// promoted.
struct World: Sendable, Equatable {
    struct Instance: Sendable, Equatable {
        let address: Endpoint
        /// `nil` where the server does not answer.
        let role: ReplicationRole?
        /// The primary that the server says it follows.
        var follows: Endpoint?
        var isLinkUp = false
    }

    /// The source and the target.
    var instances: [Instance]
    /// The primary that each Sentinel names; `nil` where it names none or does not answer.
    var named: [Endpoint?]
    /// Settings of the source; those that it does not tell are left out.
    var settings: [String: String]

    static func read(_ lab: Lab) async throws -> World {
        var instances: [Instance] = []
        for server in [lab.source, lab.target] {
            let reply = try? await lab.send(["INFO", "replication"], to: server)
            let replication = try reply.map { try ReplicationInfo(Info($0)) }
            instances.append(
                Instance(
                    address: lab.address(of: server), role: replication?.role,
                    follows: replication?.upstream?.primary, isLinkUp: replication?.upstream?.isLinkUp ?? false))
        }
        var named: [Endpoint?] = []
        let name = lab.description.sentinels?.primary ?? ""
        for sentinel in lab.sentinels {
            let reply = try? await lab.send(Command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]), to: sentinel)
            named.append(try reply.map(SentinelAddressReply.init)?.primary)
        }
        return World(instances: instances, named: named, settings: try await sourceSettings(lab))
    }

    /// Who follows whom.
    var roles: [String] {
        instances.map { instance in
            "\(instance.address) \(instance.role?.rawValue ?? "gone") \(instance.follows.map { "\($0)" } ?? "")"
        }
    }

    static let fences = ["min-replicas-to-write", "min-replicas-max-lag", "replica-priority"]

    private static func sourceSettings(_ lab: Lab) async throws -> [String: String] {
        var settings: [String: String] = [:]
        for name in fences {
            guard let reply = try? await lab.send(Command(["CONFIG", "GET", name]), to: lab.source) else { continue }
            settings[name] = reply.array?.last?.string
        }
        return settings
    }
}

extension Lab {
    /// Waits until the world is as every cutover leaves it. The target is primary, and every Sentinel names it. The
    /// source is its replica, has its old write rule, and no Sentinel can promote it.
    /// - Parameter sourceFollows: whether the source can follow the target. Otherwise it stands alone, the Sentinels
    ///   have forgotten it, and it takes no writes.
    func expectMigrated(sourceFollows: Bool = true) async throws {
        let target = address(of: target)
        let source: World.Instance =
            sourceFollows
            ? .init(address: address(of: source), role: .replica, follows: target, isLinkUp: true)
            : .init(
                address: address(of: source), role: .replica, follows: Endpoint(host: "127.0.0.1", port: 0),
                isLinkUp: false)
        let settings = [
            "min-replicas-to-write": sourceFollows ? "0" : "2147483647", "min-replicas-max-lag": "10",
            "replica-priority": "0",
        ]
        try await expectAlsoAfterRestart(
            World(
                instances: [source, .init(address: target, role: .primary)],
                named: sentinels.map { _ in target }, settings: settings))
        guard !sourceFollows else { return }
        try await eventually("every Sentinel has forgotten the source") {
            for sentinel in self.sentinels {
                let name = self.description.sentinels?.primary ?? ""
                let replicas = try await self.send(Command(["SENTINEL", "REPLICAS", name]), to: sentinel)
                if try SentinelReplica.list(replicas).contains(where: { $0.address == self.address(of: self.source) }) {
                    return false
                }
            }
            return true
        }
    }

    /// Expects that the source is shut down, and that every Sentinel names the target, which is the primary.
    func expectReplaced() async throws {
        #expect(await !source.isRunning)
        let world = try await World.read(self)
        #expect(world.instances.map(\.role) == [nil, .primary])
        let target = address(of: target)
        #expect(world.named.allSatisfy { $0 == target })
        AfterRestart.expect {
            let before = try await Standing.read(self)
            return {
                let world = try await World.read(self)
                #expect(world.instances.map(\.role) == [nil, .primary], "after a restart")
                #expect(try await Standing.read(self, as: before) == before, "right after a restart")
            }
        }
    }

    /// Waits until the world is as before any run: the source is primary, and no fence is left.
    /// - Parameter targetFollows: whether the target followed the source before the run.
    func expectUntouched(targetFollows: Bool = false, priority: String = "100") async throws {
        let source = address(of: source)
        let target: World.Instance =
            targetFollows
            ? .init(address: address(of: target), role: .replica, follows: source, isLinkUp: true)
            : .init(address: address(of: target), role: .primary)
        let settings = [
            "min-replicas-to-write": "0", "min-replicas-max-lag": "10", "replica-priority": priority,
        ]
        let world = World(
            instances: [.init(address: source, role: .primary), target], named: sentinels.map { _ in source },
            settings: settings)
        // Whether a target that others made to follow does so again is their business.
        if targetFollows { try await expect(world) } else { try await expectAlsoAfterRestart(world) }
    }

    private func expectAlsoAfterRestart(_ wanted: World) async throws {
        try await expect(wanted)
        AfterRestart.expect {
            let before = try await Standing.read(self)
            #expect(before.priority(at: self.address(of: self.target)) != "0", "no Sentinel can promote the target")
            return {
                // Read before a Sentinel could put anything right.
                let (world, standing) = (try await World.read(self), try await Standing.read(self, as: before))
                #expect(world.roles == wanted.roles, "right after a restart")
                #expect(standing == before, "right after a restart")
                try await self.expect(wanted)
            }
        }
    }

    private func expect(_ wanted: World) async throws {
        var last: World?
        // A link that was just asked for comes up a moment later.
        try? await eventually("the world is as wanted", within: .seconds(20)) {
            let world = try await World.read(self)
            last = world
            return world == wanted
        }
        #expect(last == wanted)
    }

    /// The number of full syncs that the source has begun (`sync_full`).
    func fullSyncs() async throws -> Int {
        let info = try Info(try await send(["INFO", "stats"], to: source))
        return Int(info["stats"]["sync_full"] ?? "") ?? -1
    }

    func keys(of server: ServerProcess) async throws -> Int64 {
        try KeyspaceInfo(Info(try await send(["INFO", "keyspace"], to: server))).keys
    }
}
