import Comparison
import Execution
import RESP
import RedisTopology
import Values

/// What a cutover leaves on record for steps after it: for comparisons when the source no longer follows the changes of
/// the target, and for taking the source out of service.
struct PromotionMark: Codable, Equatable, Sendable {
    /// When the target was promoted, in seconds since 1970.
    var promotedAt: Double
    /// How many child processes the target had begun before; `nil` where it does not say.
    var forks: Int64?
    /// The replicas that the source had besides the target; `nil` in the record of an older planrun.
    var replicas: [OtherReplicas.Memory]?

    /// - Returns: `nil` unless the source stands still, and applications write to the target alone.
    static func aftermath(_ memo: StateValue?, _ servers: Servers, leader: Side?) async throws -> Aftermath? {
        guard leader == nil else { return nil }
        let mark = try memo?.decode(PromotionMark.self)
        let standsAlone = try await servers.source.replication().upstream?.primary == .nowhere
        guard mark != nil || standsAlone else { return nil }
        let forks = try await forks(of: servers.target)
        return Aftermath(
            promotedAt: mark.map { Int64(saturating: $0.promotedAt * 1_000) },
            tellsIdleTimes: mark?.forks != nil && mark?.forks == forks)
    }

    static func forks(of server: Server) async throws(StepFailure) -> Int64? {
        try await server.read(["INFO", "stats"]) { try StatsInfo(Info($0)) }.forks
    }
}
