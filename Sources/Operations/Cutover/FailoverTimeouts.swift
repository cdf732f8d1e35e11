import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Ends the failover of a Sentinel that sends clients to the new primary already, but does not show it yet.
///
/// A Sentinel that leads a failover shows the new primary, and publishes `+switch-master`, only when every other replica
/// that it knows follows that primary, or when failover-timeout has passed since the promotion (`sentinelFailoverDetectEnd`
/// in Redis' `sentinel.c`). It moves them one after the other, and looks at each once a second: two replicas take more than
/// two seconds, in which clients that ask `SENTINEL MASTERS` are sent to the old primary. So it gets a failover-timeout that
/// has passed already, ends the failover at the next tick of its timer, and gets its own failover-timeout back.
struct FailoverTimeouts: Sendable {
    /// The failover-timeout of Sentinels before the handover, in milliseconds, by endpoint.
    typealias Prior = [String: Int64]

    static func rights(_ plan: Plan) -> Rights {
        plan.sentinel.map { Rights(at: [.sentinel], [.sentinel("SET", $0.primary, name, "1")]) } ?? .none
    }

    let sentinels: Sentinels

    static let name = "failover-timeout"
    /// No Sentinel can lead a failover to its end with this, so nobody else sets it.
    static let passed: Int64 = 1

    /// - Parameter recorded: what an earlier attempt has recorded. It stays, since the Sentinel may have planrun's value now.
    func prior(_ recorded: Prior?) async -> Prior {
        var prior = recorded ?? [:]
        for (sentinel, now) in await read() where prior[sentinel.key] == nil { prior[sentinel.key] = now }
        return prior
    }

    /// - Parameters:
    ///   - places: the Sentinels, by endpoint. One whose failover-timeout is not recorded is left alone.
    ///   - limit: how long to wait until they show the new primary.
    /// - Returns: whether each of them has ended its failover, and has its own failover-timeout again.
    func endFailovers(_ places: [String], _ prior: Prior, within limit: Duration) async -> Bool {
        let concerned = sentinels.all.filter { places.contains($0.key) && prior[$0.key] ?? 0 > Self.passed }
        let ended = (try? await concerned.atOnce { await endFailover($0, prior[$0.key] ?? 0, within: limit) }) ?? []
        return !ended.isEmpty && ended.allSatisfy(\.self)
    }

    private func endFailover(_ sentinel: Sentinel, _ original: Int64, within limit: Duration) async -> Bool {
        guard await set(Self.passed, at: sentinel) else { return false }
        let watch = Stopwatch(sentinels.servers.clock)
        var isBusy = true
        while isBusy, watch.elapsed < limit {
            let primary = try? await sentinel.sentinelPrimary(sentinels.primaryName, timeout: .seconds(1))
            isBusy = primary?.isFailoverInProgress ?? true
            if isBusy { try? await sentinels.servers.clock.sleep(for: .milliseconds(10)) }
        }
        // A second try: the first one may have met a connection that has just broken.
        if await set(original, at: sentinel) { return !isBusy }
        return await set(original, at: sentinel) && !isBusy
    }

    /// Gives Sentinels back what they had. Only a planrun that died at the wrong moment has left something to do. One that
    /// does not answer is skipped: it would be missed by the handover, too.
    func restore(_ prior: Prior) async throws(StepFailure) {
        for (sentinel, original) in await changed(prior) {
            try await sentinel.ask(Command(words(original)), timeout: .seconds(1))
        }
    }

    func isRestored(_ prior: Prior) async -> Bool { await changed(prior).isEmpty }

    func leftovers(_ prior: Prior) async -> [Leftover] {
        await changed(prior).map { sentinel, original in
            Leftover(
                sentinel.name, "\(Self.name) is \(Self.passed) ms (before the run: \(original) ms)",
                commands: [
                    sentinel.commandLine(.leftTimeout, sentinels.primaryName, Self.name, String(original))
                ])
        }
    }

    /// The Sentinels that have planrun's value, and what they had before.
    private func changed(_ prior: Prior) async -> [(Sentinel, Int64)] {
        guard !prior.isEmpty else { return [] }
        return await read().compactMap { sentinel, now in
            guard now == Self.passed, let original = prior[sentinel.key], original != now else { return nil }
            return (sentinel, original)
        }
    }

    private func read() async -> [(Sentinel, Int64)] {
        let name = sentinels.primaryName
        let primaries =
            (try? await sentinels.all.atOnce { try? await $0.sentinelPrimary(name, timeout: .seconds(1)) }) ?? []
        return zip(sentinels.all, primaries).compactMap { sentinel, primary in
            primary.map { (sentinel, Int64(saturating: $0.failoverTimeout / .milliseconds(1))) }
        }
    }

    private func set(_ milliseconds: Int64, at sentinel: Sentinel) async -> Bool {
        (try? await sentinel.ask(Command(words(milliseconds)), timeout: .seconds(1))) != nil
    }

    private func words(_ milliseconds: Int64) -> [String] {
        ["SENTINEL", "SET", sentinels.primaryName, Self.name, String(milliseconds)]
    }
}

extension Sentinel {
    /// By which the record tells Sentinels apart.
    fileprivate var key: String { "\(endpoint)" }
}
