import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// How long the full sync will take and how much is written during it, estimated from what the source says now.
struct SyncForecast: Sendable {
    /// The size of the data in the source's memory, in bytes; the full sync sends less.
    let dataset: Int64
    /// How many bytes the replication stream grows by each second. If the source has no replica yet, it does not count
    /// its stream, and this is an upper bound.
    let writeRate: Int64
    /// How many bytes a second the transfer is assumed to move.
    let transferRate: Int64

    /// Reads the source twice, `window` apart, to see how much is written.
    static func read(_ servers: Servers, transferRate: ByteCount, window: Duration = .seconds(1)) async throws -> Self {
        let watch = Stopwatch(servers.clock)
        async let memory = servers.source.memory()
        let first = try await servers.source.replication()
        let before = first.offset ?? 0
        let dataset = try await memory.used
        try await servers.clock.sleep(for: window)
        async let input = first.replicas.isEmpty ? inputRate(servers.source) : 0
        let after = try await servers.source.replication().offset ?? before
        let seconds = max(0.001, watch.elapsed / .seconds(1))
        var rate = Int64(saturating: Double(max(0, after - before)) / seconds)
        // Without a replica the source does not count its stream. What clients send, reads included, is an upper bound.
        if first.replicas.isEmpty, rate == 0 { rate = try await input }
        return SyncForecast(dataset: dataset, writeRate: rate, transferRate: max(1, transferRate.bytes))
    }

    private static func inputRate(_ server: Server) async throws(StepFailure) -> Int64 {
        let kibibytes = try await server.info("stats")["stats"]["instantaneous_input_kbps"].flatMap { Double($0) }
        return max(0, Int64(saturating: (kibibytes ?? 0) * 1024))
    }

    var duration: Duration { .seconds(Double(dataset) / Double(transferRate)) }

    /// How many bytes are written during the sync, which the source keeps in the target's output buffer.
    var writtenMeanwhile: Int64 { Int64(saturating: Double(writeRate) * (duration / .seconds(1))) }

    var basis: String {
        "\(ByteCount(bytes: dataset).text) at \(ByteCount(bytes: transferRate).text)/s take \(duration.rounded.planText), "
            + "during which \(ByteCount(bytes: writtenMeanwhile).text) are written (\(ByteCount(bytes: writeRate).text)/s)"
    }

    /// The limit of every check that uses a forecast.
    static let rateLimit = CheckDeclaration.Limit(
        key: "transfer-rate", defaultValue: .size(ByteCount(bytes: 32 << 20)), weaker: .higher,
        meaning: "how many bytes a second the full sync is taken to move")
}

extension Duration {
    /// Rounded up to whole seconds.
    fileprivate var rounded: Duration { .seconds((self / .seconds(1)).rounded(.up)) }
}
