import Execution
import PlanModel
import RESP
import RedisTopology

/// The settings that make an old primary safe during a cutover. With `min-replicas-to-write` it acknowledges no writes
/// once the new primary has left it, even if planrun dies. With `replica-priority 0` no Sentinel promotes it again.
struct Fence: Sendable {
    let primary: Server

    static let rights: [Right] = [.configGet, .configSet, .configRewrite]

    static let quorumOfReplicas = "min-replicas-to-write"
    static let maximumLag = "min-replicas-max-lag"
    static let priority = "replica-priority"
    static let rewrite: Command = ["CONFIG", "REWRITE"]
    /// More replicas than any server can have: the largest value that Redis accepts for `min-replicas-to-write`.
    static let unreachable = "2147483647"

    static let writeRuleNames = [quorumOfReplicas, maximumLag]

    /// The settings without planrun's fence. They must be recorded before they are changed. Dragonfly has only
    /// `replica-priority`.
    func prior() async throws(StepFailure) -> [String: String] {
        try await primary.originals(Self.writeRuleNames + [Self.priority])
    }

    /// Makes the primary refuse writes as soon as one of the replicas that are in sync now has left.
    /// - Parameters:
    ///   - prior: what `prior()` returned.
    ///   - needsReplica: whether to throw if no replica is in sync, because the fence would not hold then.
    func raise(over prior: [String: String], needsReplica: Bool) async throws(StepFailure) {
        var inSync = 0
        if prior[Self.quorumOfReplicas] != nil {
            let lag = prior[Self.maximumLag].flatMap { Int($0) } ?? 0
            inSync = try await primary.replication().replicas.count {
                $0.isOnline && ($0.lag ?? .zero) <= .seconds(lag == 0 ? 10 : lag)
            }
            guard inSync > 0 || !needsReplica else { throw noReplica() }
        }
        let changes = Self.changes(over: prior, replicasInSync: inSync)
        try await change(changes, from: prior)
    }

    /// The settings of a fence, in the order in which they are set.
    static func changes(
        over prior: [String: String], replicasInSync: Int
    ) -> [(name: String, value: String)] {
        var changes: [(name: String, value: String)] = []
        if let configured = prior[quorumOfReplicas].flatMap({ Int($0) }) {
            // A `min-replicas-max-lag` of 0 turns the rule off, so it is set to Redis's default of 10 s.
            if prior[maximumLag].flatMap({ Int($0) }) ?? 0 == 0 { changes.append((maximumLag, "10")) }
            changes.append((quorumOfReplicas, String(max(configured, replicasInSync))))
        }
        if prior[priority] != nil { changes.append((priority, "0")) }
        return changes
    }

    /// Keeps the Sentinels from promoting a replica.
    /// - Parameters:
    ///   - prior: its `replica-priority` without planrun, which is noted at the server.
    ///   - writingFile: whether it is so, too, when the replica is started again.
    func exclude(_ prior: String, writingFile: Bool = true) async throws(StepFailure) {
        try await change([(Self.priority, "0")], from: [Self.priority: prior], writingFile: writingFile)
    }

    /// Lets the Sentinels promote a replica, as long as it runs.
    /// - Parameter prior: its `replica-priority` without planrun.
    func admit(_ prior: String, as priority: String) async throws(StepFailure) {
        guard priority == prior else {
            return try await change([(Self.priority, priority)], from: [Self.priority: prior], writingFile: false)
        }
        try await send([Command(["CONFIG", "SET", Self.priority, prior])], writingFile: false)
        try await send(primary.unmarking([Self.priority]), writingFile: false)
    }

    /// Notes the original settings at the server, then changes them.
    private func change(
        _ changes: [(name: String, value: String)], from prior: [String: String], writingFile: Bool = true
    ) async throws(StepFailure) {
        var noted: [String: SettingMark.Change] = [:]
        for (name, value) in changes {
            if let original = prior[name] { noted[name] = SettingMark.Change(original: original, set: value) }
        }
        let marking = try await primary.marking(noted)
        try await send(
            marking + changes.map { Command(["CONFIG", "SET", $0.name, $0.value]) }, writingFile: writingFile)
    }

    /// The settings that decide how many replicas a write needs, with the values from before planrun changed them.
    func writeRule() async throws(StepFailure) -> [String: String] {
        try await primary.originals(Self.writeRuleNames)
    }

    /// How many replicas a write needs; 0 if the engine has no `min-replicas-to-write`.
    func replicasWanted() async throws(StepFailure) -> Int {
        Int(try await primary.integerSetting(Self.quorumOfReplicas) ?? 0)
    }

    /// Makes a server that stands alone, or is about to, refuse every write from now on.
    /// - Returns: `false` if the engine has no `min-replicas-to-write`, so that nothing was changed.
    func close() async throws(StepFailure) -> Bool {
        guard let rule = try await primary.setting(Self.quorumOfReplicas) else { return false }
        if rule != Self.unreachable {
            try await change(
                Self.closing, from: try await writeRule())
        }
        return true
    }

    /// Makes a server stand alone, as a replica of no server, without taking writes. It is closed first, so that it would
    /// take no write even if somebody made it a primary.
    /// - Returns: `false` if the engine has no `min-replicas-to-write`, so that nothing was changed.
    func isolate() async throws(StepFailure) -> Bool {
        guard try await close() else { return false }
        if try await primary.replication().upstream?.primary != .nowhere { try await send([.replicaOf(.nowhere)]) }
        return true
    }

    /// Whether the server is as after `isolate`.
    func isIsolated() async throws(StepFailure) -> Bool {
        guard try await isClosed() else { return false }
        return try await primary.replication().upstream?.primary == .nowhere
    }

    /// The settings of a server that refuses every write.
    static let closing: [(name: String, value: String)] = [(maximumLag, "10"), (quorumOfReplicas, unreachable)]

    /// Whether the server refuses every write, as after `close`.
    func isClosed() async throws(StepFailure) -> Bool {
        try await primary.setting(Self.quorumOfReplicas) == Self.unreachable
    }

    private func noReplica() -> StepFailure {
        StepFailure(
            code: .noReplicaInSync, what: "\(primary.name) counts no replica that is in sync",
            place: [primary.name], isTransient: true)
    }

    /// The commands that keep Sentinels from promoting the server; none if its engine has no `replica-priority`.
    private func excludingCommands(_ prior: [String: String]) -> [Command] {
        prior[Self.priority] == nil ? [] : [["CONFIG", "SET", Self.priority, "0"]]
    }

    /// Restores a former primary's write rule and keeps the Sentinels from promoting it. The note of its former
    /// `replica-priority` stays at the server.
    func bringToRest(_ prior: [String: String]) async throws(StepFailure) {
        try await send(Self.writeRuleCommands(prior) + excludingCommands(prior))
        try await send(primary.unmarking(Self.writeRuleNames))
    }

    /// Whether `bringToRest` would change nothing.
    func isAtRest(_ prior: [String: String]) async throws(StepFailure) -> Bool {
        let now = try await primary.settings(Array(prior.keys) + [SettingMark.setting])
        for (name, value) in prior {
            guard now[name] == (name == Self.priority ? "0" : value) else { return false }
        }
        guard let mark = now[SettingMark.setting].map({ SettingMark($0) }) else { return true }
        return Self.writeRuleNames.allSatisfy { mark.changes[$0] == nil }
    }

    /// Restores all these settings, `replica-priority` included.
    /// - Parameter first: commands to send before them, in the same round trip.
    func lower(to prior: [String: String], first: [Command] = []) async throws(StepFailure) {
        try await send(first + allCommands(prior))
        try await send(primary.unmarking(Self.writeRuleNames + [Self.priority]))
    }

    private static func writeRuleCommands(_ prior: [String: String]) -> [Command] {
        [quorumOfReplicas, maximumLag].compactMap { name in
            prior[name].map { ["CONFIG", "SET", name, $0] }
        }
    }

    /// The commands that restore all these settings, `replica-priority` included.
    func allCommands(_ prior: [String: String]) -> [Command] {
        Self.writeRuleCommands(prior) + (prior[Self.priority].map { [["CONFIG", "SET", Self.priority, $0]] } ?? [])
    }

    /// Sends commands, then makes the server write its settings to its configuration file, if it has one. So the fence
    /// also holds after a restart. A Sentinel does this too, for every server whose role it changes.
    func send(_ commands: [Command], writingFile: Bool = true) async throws(StepFailure) {
        guard !commands.isEmpty else { return }
        let all = commands + (writingFile ? [Self.rewrite] : [])
        for (command, reply) in zip(commands, try await primary.replies(to: all)) {
            if case .error(let error) = reply { throw primary.refusal(of: command, error) }
        }
    }
}
