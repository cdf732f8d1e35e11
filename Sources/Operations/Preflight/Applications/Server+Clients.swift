import Execution
import RESP
import RedisTopology

extension Servers {
    /// Everybody who is connected to the source; half a second old at most.
    func sourceClients() async throws -> [ClientList.Client] {
        try await sharedClients.value(upTo: .milliseconds(500), clock: clock) { [source] in try await source.clients() }
    }
}

extension Server {
    /// Everybody who is connected, planrun itself among them.
    func clients() async throws(StepFailure) -> [ClientList.Client] {
        try await read(["CLIENT", "LIST"]) { try ClientList($0).clients }
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

/// Connections by the host they come from, in words: `10.0.0.7 (12 connections: redis-py 5.0.1 'worker')`.
struct ClientHosts: Sendable {
    private static let shown = 10
    private static let titlesShown = 3

    private let hosts: [(host: String, clients: [ClientList.Client])]

    init(_ clients: [ClientList.Client]) {
        hosts = Dictionary(grouping: clients) { $0.host ?? "a Unix socket" }
            .map { (host: $0.key, clients: $0.value) }
            .sorted { ($1.clients.count, $0.host) < ($0.clients.count, $1.host) }
    }

    var isEmpty: Bool { hosts.isEmpty }
    var count: Int { hosts.count }

    /// Those with the most connections, and how many more there are.
    var text: String {
        var parts = hosts.prefix(Self.shown).map { "\($0.host.printable) (\(Self.titles($0.clients)))" }
        if hosts.count > Self.shown { parts.append("\(hosts.count - Self.shown) more addresses") }
        return parts.joined(separator: ", ")
    }

    private static func titles(_ clients: [ClientList.Client]) -> String {
        let count = clients.count.counted("connection", "connections")
        let titles = Set(clients.map(\.title)).subtracting([""]).sorted()
        guard !titles.isEmpty else { return count }
        let more = titles.count > titlesShown ? ["…"] : []
        return "\(count): \((titles.prefix(titlesShown) + more).joined(separator: ", "))"
    }
}
