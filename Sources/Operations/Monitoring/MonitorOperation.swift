package import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `monitor`: puts the source under the Sentinels, and waits until they see it and each other.
package struct MonitorOperation: Operation {
    let servers: Servers
    let step: MonitorStep

    /// The Sentinels that did not monitor this name before. A rollback changes only these.
    struct Memory: Codable, Equatable {
        var added: [String]
    }

    static func rights(_ plan: Plan) -> [Right] {
        let name = plan.sentinel?.primary ?? ""
        return [
            .sentinel("MONITOR", name, "127.0.0.1", "6379", "1"), .sentinel("SET", name, "quorum", "1"),
            .sentinel("REMOVE", name),
        ]
    }

    private var name: String { servers.primaryName }

    package func inspect(_ context: StepContext) async throws -> Inspection {
        var missing: [String] = []
        for sentinel in servers.sentinels {
            guard let primary = try await sentinel.sentinelPrimary(name) else {
                missing.append(sentinel.endpoint.description)
                continue
            }
            guard await servers.isSame(primary.address, as: servers.source) else {
                throw monitorsAnother(sentinel, primary)
            }
        }
        let before = try context.undo?.decode(Memory.self).added ?? []
        // An attempt that was cut off may have left a Sentinel without its settings. So even if every Sentinel monitors
        // the name, those that this step added get their settings again.
        if missing.isEmpty, before.isEmpty {
            return try await obstacle() == nil
                ? .done("every Sentinel monitors \(servers.source.endpoint)") : .ready(undo: context.undo)
        }
        return .ready(undo: StateValue(Memory(added: before + missing.filter { !before.contains($0) })))
    }

    package func perform(_ context: StepContext) async throws {
        let host = try await numericHost()
        let added = try context.undo?.decode(Memory.self).added ?? []
        for sentinel in servers.sentinels where added.contains(sentinel.endpoint.description) {
            if try await sentinel.sentinelPrimary(name) == nil {
                try await sentinel.ask([
                    "SENTINEL", "MONITOR", name, host, String(servers.source.endpoint.port), String(quorum),
                ])
            }
            for (setting, value) in settings { try await sentinel.ask(["SENTINEL", "SET", name, setting, value]) }
        }
        while let obstacle = try await obstacle() {
            if context.isDraining { throw CancellationError() }
            context.report(
                Progress("the Sentinels to see the source, its replicas and each other", now: obstacle, wanted: "all"))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        if let obstacle = try await obstacle() {
            throw StepFailure(
                code: .notMonitored, what: "the Sentinels do not watch the source yet: \(obstacle)",
                world: ["\(servers.source.endpoint) takes writes as before"], isTransient: true)
        }
        return StepResult(
            "\(servers.sentinels.count) Sentinels monitor \(servers.source.endpoint) as '\(name)', quorum \(quorum)")
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard let added = try context.undo?.decode(Memory.self).added else { return nil }
        var removed: [String] = []
        for sentinel in servers.sentinels.reversed() where added.contains(sentinel.endpoint.description) {
            guard try await sentinel.sentinelPrimary(name) != nil else { continue }
            try await sentinel.ask(["SENTINEL", "REMOVE", name])
            removed.append(sentinel.endpoint.description)
        }
        guard !removed.isEmpty else { return nil }
        return StepResult("'\(name)' is no longer monitored by \(removed.joined(separator: ", "))")
    }

    package func inherited(_ undo: StateValue) async -> StateValue? { await leftovers(undo).isEmpty ? nil : undo }

    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        let added = (try? undo.decode(Memory.self).added) ?? []
        var leftovers: [Leftover] = []
        for sentinel in servers.sentinels where added.contains(sentinel.endpoint.description) {
            let what: String
            do {
                guard let primary = try await sentinel.sentinelPrimary(name) else { continue }
                what = "monitors \(primary.address) as '\(name)'"
            } catch {
                what = "it does not answer (\(error.what)), and may still monitor '\(name)'"
            }
            leftovers.append(
                Leftover(
                    sentinel.name, what + " (before the run: it did not)",
                    commands: [sentinel.commandLine(.leftMonitoring, name)]))
        }
        return leftovers
    }

    private var quorum: Int { step.quorum(of: servers.sentinels.count) }

    private var settings: [(String, String)] {
        let (user, password) = servers.sentinelCredentials
        return step.settings(username: user, password: password?.reveal())
    }

    /// The source's host as an IP, if it resolves, since a Sentinel accepts host names only with `resolve-hostnames`.
    private func numericHost() async throws(StepFailure) -> String {
        let host = servers.source.endpoint.host
        let addresses = await servers.resolve(host)
        if addresses.isEmpty || addresses.contains(host) { return host }
        return addresses.sorted().first { $0.contains(".") } ?? addresses.sorted()[0]
    }

    /// What the first Sentinel that is not ready lacks; `nil` if all are ready.
    private func obstacle() async throws(StepFailure) -> String? {
        let others = servers.sentinels.count - 1
        // The Sentinels read the replicas from the source's INFO, right away and then every 10 s. They skip replicas
        // that have port 0.
        let replicas = try await servers.source.replication().replicas.count { $0.address.port != 0 }
        for sentinel in servers.sentinels {
            guard let primary = try await sentinel.sentinelPrimary(name) else {
                return "\(sentinel.endpoint) does not monitor it"
            }
            guard primary.flags.isHealthy else { return "\(sentinel.endpoint) cannot reach the source" }
            if primary.otherSentinelCount < others {
                return "\(sentinel.endpoint) sees \(primary.otherSentinelCount) of \(others) other Sentinels"
            }
            if primary.replicaCount < replicas {
                return "\(sentinel.endpoint) knows \(primary.replicaCount) of \(replicas) replicas"
            }
        }
        return nil
    }

    private func monitorsAnother(_ sentinel: Sentinel, _ primary: SentinelPrimary) -> StepFailure {
        StepFailure(
            code: .nameInUse,
            what: "\(sentinel.name) monitors \(primary.address) as '\(name)', which is not the source",
            place: [sentinel.name], world: ["nothing was changed"],
            help: [
                "choose another name in 'sentinel.primary', or \(AdvisedCommand.nameInUse.line(name)) there if it is old"
            ])
    }
}

extension MonitorStep {
    /// How many of so many Sentinels have to agree.
    func quorum(of sentinels: Int) -> Int { quorum ?? sentinels / 2 + 1 }

    /// The settings of the primary, in an order in which each one is valid when it is set.
    func settings<Value: ExpressibleByStringInterpolation>(
        username: Value?, password: Value?
    ) -> [(name: String, value: Value)] where Value.StringInterpolation == DefaultStringInterpolation {
        let settings: [(String, Value?)] = [
            ("down-after-milliseconds", "\(Int64(saturating: downAfter / .milliseconds(1)))"),
            ("failover-timeout", "\(Int64(saturating: failoverTimeout / .milliseconds(1)))"),
            ("parallel-syncs", "\(parallelSyncs)"), ("auth-user", username), ("auth-pass", password),
            ("notification-script", notificationScript.map { "\($0)" }),
            ("client-reconfig-script", reconfigurationScript.map { "\($0)" }),
        ]
        return settings.compactMap { name, value in value.map { (name, $0) } }
    }
}
