import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The source's output buffer for replicas is large enough for what is written during the full sync. If it is too
/// small, the source breaks the sync off, and the target starts over, again and again.
struct ReplicaBufferCheck: Check {
    static let declaration = CheckDeclaration(
        id: "replica-buffer", title: "the source's output buffer for replicas outlasts the full sync",
        limits: [SyncForecast.rateLimit])

    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let text = try await servers.source.setting("client-output-buffer-limit") ?? ""
        guard let limit = ReplicaBufferLimit(text) else { return .passed("the source shows no limit for replicas") }
        let forecast = try await SyncForecast.read(servers, transferRate: limits.size("transfer-rate"))
        let needed = forecast.writtenMeanwhile.multiplied(saturating: 2)
        guard limit.isExceeded(by: needed, for: forecast.duration) else {
            return .passed("\(limit.text) is enough: \(forecast.basis)")
        }
        return .missed(
            "client-output-buffer-limit replica is \(limit.text), and \(forecast.basis)",
            wants: "twice what is written during the sync", at: [servers.source.name],
            remedy: [
                "\(AdvisedCommand.replicaBuffer.line("\"replica \(needed) \(needed) 0\"")) on \(servers.source.endpoint) until the migration is over"
            ])
    }
}

/// The limit of the output buffer for replicas: a hard limit, a soft limit, and for how long the soft one may be
/// exceeded. It is read from `normal 0 0 0 slave 268435456 67108864 60 pubsub …`.
struct ReplicaBufferLimit: Equatable {
    var hard: Int64
    var soft: Int64
    var softFor: Duration

    init?(_ setting: String) {
        let words = setting.split(separator: " ")
        guard let start = words.firstIndex(where: { $0 == "slave" || $0 == "replica" }), words.count > start + 3,
            let hard = Int64(words[start + 1]), let soft = Int64(words[start + 2]),
            let seconds = Int64(words[start + 3])
        else { return nil }
        (self.hard, self.soft, softFor) = (hard, soft, .seconds(seconds))
    }

    /// Whether a replica with this many bytes waiting for this long would be disconnected. A limit of 0 means no limit.
    func isExceeded(by bytes: Int64, for duration: Duration) -> Bool {
        (hard > 0 && bytes > hard) || (soft > 0 && bytes > soft && duration > softFor)
    }

    var text: String {
        if hard == 0, soft == 0 { return "no limit" }
        let softText = soft == 0 ? "" : ", \(ByteCount(bytes: soft).text) for \(softFor.planText)"
        return (hard == 0 ? "no hard limit" : ByteCount(bytes: hard).text) + softText
    }
}
