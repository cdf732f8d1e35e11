import Execution
import PlanModel
import RedisTopology

/// No application subscribes to channels at the source. A subscription stays where it was made, and falls silent
/// without an error when the publishers move.
struct SubscribersCheck: Check {
    static let declaration = CheckDeclaration(
        id: "subscribers", title: "no application subscribes to channels at the source", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let subscribers = try await servers.sourceClients().filter { $0.isApplication && $0.isSubscriber }
        guard !subscribers.isEmpty else { return .passed("no application subscribes") }
        return .missed(
            "\(subscribers.count.counted("subscriber", "subscribers")): \(ClientHosts(subscribers).text)",
            wants: "nobody", at: [servers.source.name],
            remedy: [
                "make sure that they subscribe anew at the target: the cutover does not move them, and they miss what is published until then"
            ])
    }
}
