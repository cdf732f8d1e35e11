import Execution
import PlanModel
import RESP
import RedisTopology

/// What keeps a primary from acknowledging writes once its replica has left it, even if planrun is dead by then, and
/// what keeps Sentinel from promoting it again.
struct Fence: Sendable {
    let primary: Server

    private static let quorumOfReplicas = "min-replicas-to-write"
    private static let maximumLag = "min-replicas-max-lag"
    private static let priority = "replica-priority"
    static let rewrite: Command = ["CONFIG", "REWRITE"]
    /// More replicas than any server can have: the largest number that the setting takes.
    private static let unreachable = "2147483647"

    /// The settings as they are, to be recorded before they are changed.
    func prior() async throws(StepFailure) -> [String: String] {
        var prior: [String: String] = [:]
        for name in [Self.quorumOfReplicas, Self.maximumLag, Self.priority] {
            // Dragonfly has only the priority.
            if let value = try await primary.setting(name) { prior[name] = value }
        }
        return prior
    }

    /// Makes the primary refuse writes as soon as one of the replicas that are in sync now has left.
    /// - Parameters:
    ///   - prior: what `prior()` returned.
    ///   - needsReplica: whether a primary without any replica in sync is a failure; such a fence would not hold.
    func raise(over prior: [String: String], needsReplica: Bool) async throws(StepFailure) {
        var commands: [Command] = []
        if let configured = prior[Self.quorumOfReplicas].flatMap({ Int($0) }) {
            let lag = prior[Self.maximumLag].flatMap { Int($0) } ?? 0
            let inSync = try await primary.replication().replicas.count {
                $0.isOnline && ($0.lag ?? .zero) <= .seconds(lag == 0 ? 10 : lag)
            }
            guard inSync > 0 || !needsReplica else { throw noReplica() }
            // 0 switches the rule off; 10 s is the default of Redis.
            if lag == 0 { commands.append(["CONFIG", "SET", Self.maximumLag, "10"]) }
            commands.append(["CONFIG", "SET", Self.quorumOfReplicas, String(max(configured, inSync))])
        }
        try await send(commands + retiringCommands(prior))
    }

    /// The settings that decide how many replicas a write needs.
    func writeRule() async throws(StepFailure) -> [String: String] {
        var rule = try await prior()
        rule[Self.priority] = nil
        return rule
    }

    /// How many replicas a write needs; 0 also where the engine has no such rule.
    func replicasWanted() async throws(StepFailure) -> Int {
        Int(try await primary.integerSetting(Self.quorumOfReplicas) ?? 0)
    }

    /// Makes a server that stands alone refuse every write.
    /// - Returns: `false` where the engine has no such rule.
    func closeForGood() async throws(StepFailure) -> Bool {
        guard let rule = try await primary.setting(Self.quorumOfReplicas) else { return false }
        if rule != Self.unreachable {
            try await send([
                ["CONFIG", "SET", Self.maximumLag, "10"], ["CONFIG", "SET", Self.quorumOfReplicas, Self.unreachable],
            ])
        }
        return true
    }

    /// Whether it was closed for good.
    func isClosed() async throws(StepFailure) -> Bool {
        try await primary.setting(Self.quorumOfReplicas) == Self.unreachable
    }

    private func noReplica() -> StepFailure {
        StepFailure(
            code: "no-replica-in-sync", what: "\(primary.name) counts no replica that is in sync",
            place: [primary.name], isTransient: true)
    }

    /// Commands that keep Sentinel from promoting it.
    private func retiringCommands(_ prior: [String: String]) -> [Command] {
        prior[Self.priority] == nil ? [] : [["CONFIG", "SET", Self.priority, "0"]]
    }

    /// Commands for a former primary that has come to rest: its own write rule, and no candidate for Sentinel.
    func restingCommands(_ prior: [String: String]) -> [Command] {
        Self.writeRuleCommands(prior) + retiringCommands(prior)
    }

    /// Whether `restingCommands` would change nothing.
    func isResting(_ prior: [String: String]) async throws(StepFailure) -> Bool {
        for (name, value) in prior {
            guard try await primary.setting(name) == (name == Self.priority ? "0" : value) else { return false }
        }
        return true
    }

    static func writeRuleCommands(_ prior: [String: String]) -> [Command] {
        [quorumOfReplicas, maximumLag].compactMap { name in
            prior[name].map { ["CONFIG", "SET", name, $0] }
        }
    }

    /// Commands that put everything back, the priority as well.
    func allCommands(_ prior: [String: String]) -> [Command] {
        Self.writeRuleCommands(prior) + (prior[Self.priority].map { [["CONFIG", "SET", Self.priority, $0]] } ?? [])
    }

    /// Sends them, and has the server write its settings to its configuration file, if it has one: a server that is started
    /// again at once is fenced as before. A Sentinel does the same with every server whose role it changes.
    func send(_ commands: [Command]) async throws(StepFailure) {
        guard !commands.isEmpty else { return }
        for (command, reply) in zip(commands, try await primary.replies(to: commands + [Self.rewrite])) {
            if case .error(let error) = reply { throw primary.refusal(of: command, error) }
        }
    }
}
