import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Every server answers fast and evenly enough for what planrun does while writes are held back.
///
/// Between the start of the write pause and the promotion there are six round trips, one after the other. If a typical
/// one takes no more than a twentieth of the pause, more than half of the pause is left for the drain.
struct RoundTripCheck: Check {
    static let declaration = CheckDeclaration(
        id: "round-trip", title: "round trips are short against the write pause", severity: .warn,
        limits: [
            .init(
                key: "typical", defaultValue: .percentage(5), weaker: .higher,
                meaning: "how much of the write pause a typical round trip to a server may take"),
            .init(
                key: "nine-in-ten", defaultValue: .percentage(25), weaker: .higher,
                meaning: "how much of the write pause nine in ten round trips to a server may take at most"),
        ])

    private static let samples = 10

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let times = try await servers.all.atOnce { try await Self.measure($0, servers) }
        let pause = servers.plan.failover?.writePause ?? FailoverStep().writePause
        let typical = pause * limits.percentage("typical") / 100
        let usual = pause * limits.percentage("nine-in-ten") / 100
        let findings = zip(servers.all, times).compactMap { server, times -> Finding? in
            guard times.median > typical || times.ninth > usual else { return nil }
            return .missed(
                "a round trip to \(server.name) takes \(times.median.milliseconds), nine in ten up to \(times.ninth.milliseconds)",
                wants:
                    "\(typical.milliseconds) and \(usual.milliseconds) at most, against a write pause of \(pause.planText)",
                at: [server.name],
                remedy: ["run planrun nearer to the servers, or lengthen 'write-pause' in the plan"])
        }
        let median = times.map(\.median).max() ?? .zero
        return .combined(
            findings,
            passed:
                "typically \(median.milliseconds) or less, nine in ten up to \((times.map(\.ninth).max() ?? .zero).milliseconds)"
        )
    }

    private struct Times: Sendable {
        let median: Duration
        /// Nine of ten round trips took no longer than this. The slowest one is left out, because planrun is busy with
        /// other checks at the same time.
        let ninth: Duration
    }

    /// Measures on a separate connection: on a shared one a PING would wait behind the answers to other checks.
    private static func measure(_ instance: some Instance, _ servers: Servers) async throws -> Times {
        try await servers.withSession(instance, instance.settings) { probe in
            _ = try await probe.replies(to: [["PING"]])
            var times: [Duration] = []
            for _ in 0..<samples {
                let watch = Stopwatch(servers.clock)
                _ = try await probe.replies(to: [["PING"]])
                times.append(watch.elapsed)
            }
            times.sort()
            return Times(median: times[samples / 2], ninth: times[samples - 2])
        }
    }
}

extension Duration {
    /// `0.4 ms`, `120 ms`.
    fileprivate var milliseconds: String {
        let tenths = Int64(saturating: self / .microseconds(100))
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\(tenths / 10) ms"
    }
}
