import RESP
import RedisTopology
import Values

/// What the source has had a second in its life until the cutover, on average.
struct SourceLife {
    var errors: Double?
    var evictions: Double?

    static func read(_ source: Server) async -> SourceLife? {
        guard
            let replies = try? await source.replies(
                to: [["INFO", "stats"], ["INFO", "errorstats"]], timeout: .seconds(2)),
            let uptime = try? await source.serverInfo().uptime, uptime > .zero
        else { return nil }
        // The cutover has made these.
        let errors = ErrorCounts(replies[1]).map { $0.total - ($0.byCode["READONLY"] ?? 0) }
        let evicted = (try? StatsInfo(replies[0])).flatMap(\.evicted)
        return SourceLife(
            errors: errors.map { Double($0) / uptime.seconds }, evictions: evicted.map { Double($0) / uptime.seconds })
    }
}
