import Execution
import PlanModel
import RESP
import RedisTopology

/// The Sentinels of a plan, as the cutover needs them.
struct Sentinels: Sendable {
    let servers: Servers
    let all: [Server]
    let primaryName: String

    /// - Returns: `nil` for a plan without Sentinels.
    init?(_ servers: Servers) {
        guard servers.plan.sentinel != nil else { return nil }
        self.servers = servers
        all = servers.sentinels
        primaryName = servers.primaryName
    }

    /// What they say about one server at one moment. A Sentinel that does not answer names nobody.
    struct View: Sendable {
        var total: Int
        /// How many tell clients that it is the primary.
        var named: Int
        /// How many show it as the monitored primary, which comes later and is what some clients ask for.
        var shown: Int
        /// `Sentinel 10.0.0.3:26379 names 10.0.0.1:6379`
        var missing: [String]

        var allNameIt: Bool { named == total }
        var allShowIt: Bool { named == total && shown == total }
    }

    func view(of server: Server) async -> View {
        var view = View(total: all.count, named: 0, shown: 0, missing: [])
        for sentinel in all {
            do {
                let named = try await sentinel.primaryAddress(primaryName)
                let isNamed = if let named { await servers.isSame(named, as: server) } else { false }
                if isNamed { view.named += 1 }
                if !isNamed { view.missing.append("\(sentinel.name) names \(named.map { "\($0)" } ?? "nobody")") }
                if let shown = try await sentinel.sentinelPrimary(primaryName)?.address,
                    await servers.isSame(shown, as: server)
                {
                    view.shown += 1
                }
            } catch {
                view.missing.append("\(sentinel.name) does not answer")
            }
        }
        return view
    }

    /// How long writes may be held back: less than the smallest time after which a Sentinel takes the source for down.
    func longestPause() async -> Duration {
        await known().map(\.downAfter).min().map { $0 * 9 / 10 } ?? .seconds(2)
    }

    /// A failover that was accepted gives up after failover-timeout; a source that was shut down is noticed after
    /// down-after-milliseconds, and an election may take ten seconds more.
    func promotionLimit() async -> Duration {
        let known = await known()
        return (known.map(\.downAfter).max() ?? .zero) + (known.map(\.failoverTimeout).max() ?? .zero) + .seconds(20)
    }

    /// Other replicas hold the leading Sentinel back until failover-timeout at most.
    func announcementLimit() async -> Duration {
        (await known().map(\.failoverTimeout).max() ?? .zero) + .seconds(30)
    }

    /// Asks for a failover again where no Sentinel is busy with one: after an aborted one nothing else would make them see
    /// the new primary. A refusal passes; the next look tries again.
    func failOverAgainIfIdle() async {
        guard await !known().contains(where: \.isFailoverInProgress) else { return }
        for sentinel in all {
            let reply = try? await sentinel.replies(to: [["SENTINEL", "FAILOVER", primaryName]])[0]
            if reply?.string == "OK" { return }
        }
    }

    /// What the Sentinels that answer know of the primary.
    private func known() async -> [SentinelPrimary] {
        var known: [SentinelPrimary] = []
        for sentinel in all {
            if let primary = try? await sentinel.sentinelPrimary(primaryName) { known.append(primary) }
        }
        return known
    }
}

extension Server {
    /// `SENTINEL FAILOVER`: needs no quorum, answers at once and works on its own from there.
    ///
    /// A reply that never comes counts as yes: the Sentinel may have begun, and from then on there is no way back.
    func failOver(_ primaryName: String) async throws(StepFailure) {
        let command: Command = ["SENTINEL", "FAILOVER", primaryName]
        guard let reply = try? await replies(to: [command], timeout: .seconds(1))[0] else { return }
        guard case .error(let error) = reply else { return }
        switch error.code {
        case "INPROG":
            throw StepFailure(
                code: "failover-in-progress", what: "\(name) is in the middle of a failover already",
                place: [name, "INPROG"],
                isTransient: true)
        case "NOGOODSLAVE", "NOGOODREPLICA":
            throw StepFailure(
                code: "no-good-replica", what: "\(name) finds no replica that it may promote",
                place: [name, error.message.printable],
                help: ["the target must be up, known to the Sentinel, and have a replica-priority above 0"],
                isTransient: true)
        default: throw refusal(of: command, error)
        }
    }
}
