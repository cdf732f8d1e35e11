import RESP
import RedisTopology

/// Connections grouped by the host that they come from, in words: `10.0.0.7 (12 connections: redis-py 5.0.1 'worker')`.
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

    /// The hosts with the most connections, and how many more hosts there are.
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
