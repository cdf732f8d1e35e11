import Execution
import PlanModel
import RESP
import RedisTopology

extension Servers {
    /// Everybody who is connected to the source; half a second old at most.
    func sourceClients() async throws -> [ClientList.Client] {
        try await sharedClients.value(upTo: .milliseconds(500), clock: clock) { [source] in try await source.clients() }
    }

    /// As whom the Sentinels are connected to the source, in order; who they will be where the plan puts the source under
    /// them. Empty where the source does not tell: Dragonfly.
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

    /// Neither a Sentinel nor a server nor planrun: somebody who uses the data.
    var isApplication: Bool { sentinelID == nil && !isReplica && !isPrimary && planrun == nil && isAtWork }

    /// Whether it has done more than connect and log in. A connection is the user `default` until it has logged in, and
    /// has no name until it has said it: planrun's own look like an application's for a moment. Old ones that have said
    /// nothing are somebody's.
    private var isAtWork: Bool {
        guard let command, age ?? .zero < .seconds(2) else { return true }
        return !["null", "auth", "hello"].contains(command)
    }

    /// `redis-py 5.0.1 'worker'`, as far as it says who it is; what it sent last where it says nothing.
    var title: String {
        var words: [String] = []
        if let libraryName { words.append([libraryName, libraryVersion].compactMap(\.self).joined(separator: " ")) }
        if let name { words.append("'\(name)'") }
        if words.isEmpty, let command { words.append("last command \(command)") }
        return words.joined(separator: " ").printable(limit: 80)
    }
}
