import Execution
import PlanModel
import RESP
import RedisTopology

/// The Sentinels that are connected to one server, according to its client list and its count of subscribers.
struct WatcherSighting: Sendable {
    let server: Server
    /// The host of each Sentinel, by the first eight digits of its run id.
    let hosts: [String: String]
    /// How many subscribers of the Sentinels' channel have no Sentinel's name. They may still be Sentinels: a Sentinel
    /// whose user may not run `CLIENT SETNAME` has no name.
    let namelessCount: Int
}

extension Server {
    /// Looks for Sentinels at the server, in one round trip. While a server loads its data, none are found.
    func watchers() async throws(StepFailure) -> WatcherSighting {
        let list: Command = ["CLIENT", "LIST"]
        let replies = try await replies(to: [list, Command(["PUBSUB", "NUMSUB", SentinelHello.channel])])
        if case .error(let error) = replies[0], error.code == "LOADING" {
            return WatcherSighting(server: self, hosts: [:], namelessCount: 0)
        }
        let clients = try value(of: replies[0], to: list) { try ClientList($0).clients }
        var hosts: [String: String] = [:]
        for client in clients {
            guard let id = client.sentinelID else { continue }
            hosts[id] = client.host ?? client.address
        }
        let named = clients.filter { $0.sentinelID != nil && $0.name?.hasSuffix("-pubsub") == true }.count
        // If planrun has no right to count the channel's subscribers, every subscribed client counts.
        let subscribers =
            (replies[1].array?.last?.integer).map { Int(clamping: $0) }
            ?? clients.filter { $0.isSubscriber }.count
        return WatcherSighting(server: self, hosts: hosts, namelessCount: max(0, subscribers - named))
    }
}
