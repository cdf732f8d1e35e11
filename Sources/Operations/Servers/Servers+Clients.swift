import Execution
import PlanModel
import RESP
import RedisTopology

extension Servers {
    /// All clients that are connected to the source. The answer is half a second old at most.
    func sourceClients() async throws -> [ClientList.Client] {
        try await sharedClients.value(upTo: .milliseconds(500), clock: clock) { [source] in try await source.clients() }
    }

    /// The users with which the Sentinels are connected to the source, sorted. If the plan puts the source under
    /// Sentinels, the user with which they will log in. Empty if the source does not show users, as Dragonfly does not.
    func sentinelUsers() async throws -> [String] {
        if let monitor = plan.monitor {
            return [(monitor.password == nil ? source.settings.username : monitor.username) ?? "default"]
        }
        let sentinels = try await sourceClients().filter { $0.sentinelID != nil }
        return Set(sentinels.compactMap(\.user)).sorted()
    }
}

extension ClientList.Client {
    /// The first eight digits of the Sentinel's run id, if this is the connection of a Sentinel. Sentinels name their
    /// connections `sentinel-3f9a0c1e-cmd` and `sentinel-3f9a0c1e-pubsub`.
    var sentinelID: String? {
        guard let parts = name?.split(separator: "-"), parts.count == 3, parts[0] == "sentinel", parts[1].count == 8,
            parts[1].allSatisfy(\.isHexDigit),
            parts[2] == "cmd" || parts[2] == "pubsub"
        else { return nil }
        return String(parts[1])
    }

    /// Whether the client uses the data, and is neither a Sentinel nor a server nor planrun.
    var isApplication: Bool { sentinelID == nil && !isReplica && !isPrimary && planrun == nil && isAtWork }

    /// Whether the client has done more than connect and log in, or is older than two seconds. A connection that has
    /// not yet logged in and given its name looks like a nameless client of the user `default`. Without this rule,
    /// planrun would take its own new connections for an application's.
    private var isAtWork: Bool {
        guard let command, age ?? .zero < .seconds(2) else { return true }
        return !["null", "auth", "hello"].contains(command)
    }

    /// What the client says about itself, such as `redis-py 5.0.1 'worker'`. If it says nothing, its last command.
    var title: String {
        var words: [String] = []
        if let libraryName { words.append([libraryName, libraryVersion].compactMap(\.self).joined(separator: " ")) }
        if let name { words.append("'\(name)'") }
        if words.isEmpty, let command { words.append("last command \(command)") }
        return words.joined(separator: " ").printable(limit: 80)
    }
}
