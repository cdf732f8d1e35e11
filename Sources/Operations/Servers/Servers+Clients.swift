import Execution
import PlanModel
import RESP
import RedisTopology

extension Servers {
    /// All clients that are connected to the source. The answer is half a second old at most.
    func sourceClients() async throws -> [ClientList.Client] {
        try await sharedClients.value(upTo: .milliseconds(500), clock: clock) { [source] in try await source.clients() }
    }

    /// The users as which the Sentinels are connected to the source, sorted. For a plan that puts the source under
    /// Sentinels, the user as which they will log in. Empty where the source does not show users, as a Dragonfly does
    /// not.
    func sentinelUsers() async throws -> [String] {
        if let monitor = plan.monitor {
            return [(monitor.password == nil ? source.settings.username : monitor.username) ?? "default"]
        }
        let sentinels = try await sourceClients().filter { $0.sentinelID != nil }
        return Set(sentinels.compactMap(\.user)).sorted()
    }
}

extension ClientList.Client {
    /// The first eight digits of the run id of the Sentinel whose connection this is: it is called
    /// `sentinel-3f9a0c1e-cmd` or `-pubsub`.
    var sentinelID: String? {
        guard let parts = name?.split(separator: "-"), parts.count == 3, parts[0] == "sentinel", parts[1].count == 8,
            parts[1].allSatisfy(\.isHexDigit),
            parts[2] == "cmd" || parts[2] == "pubsub"
        else { return nil }
        return String(parts[1])
    }

    /// Whether it is a client that uses the data: neither a Sentinel nor a server nor planrun.
    var isApplication: Bool { sentinelID == nil && !isReplica && !isPrimary && planrun == nil && isAtWork }

    /// Whether the client has done more than connect and log in, or is older than two seconds. Until a connection has
    /// logged in and told its name, it looks like a nameless client of the user `default`, and planrun's own
    /// connections would be taken for those of an application.
    private var isAtWork: Bool {
        guard let command, age ?? .zero < .seconds(2) else { return true }
        return !["null", "auth", "hello"].contains(command)
    }

    /// What the client says about itself, such as `redis-py 5.0.1 'worker'`, or its last command where it says nothing.
    var title: String {
        var words: [String] = []
        if let libraryName { words.append([libraryName, libraryVersion].compactMap(\.self).joined(separator: " ")) }
        if let name { words.append("'\(name)'") }
        if words.isEmpty, let command { words.append("last command \(command)") }
        return words.joined(separator: " ").printable(limit: 80)
    }
}
