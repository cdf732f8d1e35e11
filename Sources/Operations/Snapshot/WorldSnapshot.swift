import Execution
import PlanGraph
import PlanModel
import RedisTopology
import Values

/// What the servers say about all that a run of a plan rests on, to be compared with what they say later.
///
/// It holds no secret, and nothing that changes while applications work: neither offsets nor sizes nor clients, nor run
/// ids, since a server may be started again in between.
package struct WorldSnapshot: Sendable, Equatable, Codable {
    package struct Fact: Sendable, Equatable, Codable {
        /// The server, or the step, that the fact is about, as messages name it.
        package let subject: String
        /// `maxmemory`, `role`, `other replicas`
        package let name: String
        package let value: String

        package init(_ subject: String, _ name: String, _ value: String) {
            self.subject = subject
            self.name = name
            self.value = value
        }
    }

    /// In the order in which the plan names the servers.
    package let facts: [Fact]

    package init(_ facts: [Fact]) { self.facts = facts }

    /// What differs from `earlier`, one sentence for each fact.
    package func changes(since earlier: WorldSnapshot) -> [String] {
        let before = Dictionary(earlier.facts.map { ($0.key, $0) }) { first, _ in first }
        let now = Set(facts.map(\.key))
        let changed = facts.compactMap { fact -> String? in
            guard let old = before[fact.key] else { return "\(fact.subject): \(fact.name) is new: \(fact.value)" }
            return old.value == fact.value
                ? nil : "\(fact.subject): \(fact.name) was \(old.value), and is \(fact.value) now"
        }
        let gone = earlier.facts.filter { !now.contains($0.key) }.map { fact in
            "\(fact.subject): \(fact.name) was \(fact.value), and is gone"
        }
        return changed + gone
    }
}

extension WorldSnapshot.Fact {
    fileprivate var key: String { "\(subject)\n\(name)" }
}

extension WorldSnapshot {
    /// The settings of source and target that decide what a run finds and does.
    private static let settings = [
        "replica-priority", "maxmemory", "maxmemory-policy", "appendonly", "save", "min-replicas-to-write", "databases",
        "notify-keyspace-events", "repl-backlog-size", "client-output-buffer-limit",
    ]

    /// Asks all servers of the plan, and the steps that change them what they would do.
    /// - Throws: if a server does not answer, since nothing could be said about it later.
    package static func take(_ servers: Servers, _ compiled: CompiledPlan) async throws -> WorldSnapshot {
        let instances = try await [servers.source, servers.target].atOnce { try await facts(of: $0) }
        let sentinels = try await servers.sentinelPictures().flatMap(facts)
        return WorldSnapshot(instances.flatMap(\.self) + sentinels + (await outlooks(servers, compiled)))
    }

    private static func facts(of server: Server) async throws(StepFailure) -> [Fact] {
        let info = try await server.serverInfo()
        let replication = try await server.replication()
        let keys = try await server.keyspace().keys
        let values = try await server.settings(settings)
        let role = replication.upstream.map { "a replica of \($0.primary)" } ?? "a primary"
        let replicas = replication.replicas.map(\.address.description).sorted()
        return [
            Fact(server.name, "engine", "\(info.engine.rawValue) \(info.version)"),
            Fact(server.name, "role", role),
            Fact(server.name, "replicas", replicas.isEmpty ? "none" : replicas.joined(separator: ", ")),
            Fact(server.name, "data", keys == 0 ? "no keys" : "keys"),
        ] + settings.map { Fact(server.name, $0, values[$0].map { "'\($0)'" } ?? "not known to it") }
    }

    private static func facts(of picture: SentinelPicture) -> [Fact] {
        let (name, primary) = (picture.sentinel.name, picture.primary)
        func list(_ endpoints: [Endpoint]) -> String {
            endpoints.isEmpty ? "none" : endpoints.map(\.description).sorted().joined(separator: ", ")
        }
        return [
            Fact(name, "primary", "\(primary.address)"),
            Fact(name, "quorum", "\(primary.quorum)"),
            Fact(name, "down-after-milliseconds", primary.downAfter.planText),
            Fact(name, "failover-timeout", primary.failoverTimeout.planText),
            Fact(name, "replicas", list(picture.replicas.map(\.address))),
            Fact(name, "other Sentinels", list(picture.peers.map(\.address))),
        ]
    }

    private static func outlooks(_ servers: Servers, _ compiled: CompiledPlan) async -> [Fact] {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        var facts: [Fact] = []
        for node in compiled.graph.nodes where node.role.isEffect {
            for (number, line) in await provider.operation(for: node.id).outlook().enumerated() {
                facts.append(Fact("step '\(node.id)'", "outlook \(number + 1)", line))
            }
        }
        return facts
    }
}
