import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The Sentinels of a plan, and what a cutover does with all of them.
struct Sentinels: Sendable {
    /// The rights for a failover. For looking at the Sentinels, the rights that every plan needs are enough.
    static func failoverRights(_ plan: Plan) -> Rights {
        plan.sentinel.map { Rights(at: [.sentinel], [.sentinel("FAILOVER", $0.primary)]) } ?? .none
    }

    let servers: Servers
    let all: [Sentinel]
    let primaryName: String

    /// - Returns: `nil` if the plan has no Sentinels.
    init?(_ servers: Servers) {
        guard servers.plan.sentinel != nil else { return nil }
        self.servers = servers
        all = servers.sentinels
        primaryName = servers.primaryName
    }

    /// What the Sentinels say about one server at one moment. A Sentinel that does not answer counts as naming no
    /// server.
    struct View: Sendable {
        var total = 0
        /// The Sentinels that name this server to clients as the primary, by endpoint.
        var naming: [String] = []
        /// How many Sentinels show the server in `SENTINEL MASTER`. Some clients ask for this instead of the address
        /// for clients, and it changes a little later.
        var shown = 0
        /// A phrase for each Sentinel that does not name the server: `Sentinel 10.0.0.3:26379 names 10.0.0.1:6379`.
        var missing: [String] = []
        /// Whether a Sentinel is in the middle of a failover.
        var isBusy = false
        /// The Sentinels, by endpoint, that name the server and do not show it, because their failover goes on.
        var heldUp: [String] = []
        /// The Sentinels that do not answer, by endpoint.
        var silent: [String] = []

        var named: Int { naming.count }
        /// How many Sentinels send clients to another server. A silent Sentinel sends clients nowhere.
        var misleading: Int { total - named - silent.count }
        var allNameIt: Bool { named == total }
        var allShowIt: Bool { named == total && shown == total }
    }

    /// Asks all Sentinels at the same time, in one round trip each. It waits no longer than a second for a Sentinel
    /// that hangs.
    func view(of server: Server) async -> View {
        let opinions = (try? await all.atOnce { try? await opinion($0, of: server) }) ?? []
        var view = View(total: all.count)
        for (sentinel, opinion) in zip(all, opinions) {
            guard let opinion else {
                view.missing.append("\(sentinel.name) does not answer")
                view.silent.append("\(sentinel.endpoint)")
                continue
            }
            if opinion.isNamed {
                view.naming.append("\(sentinel.endpoint)")
            } else {
                view.missing.append("\(sentinel.name) names \(opinion.named.map { "\($0)" } ?? "nobody")")
            }
            if opinion.isShown { view.shown += 1 }
            if opinion.isBusy { view.isBusy = true }
            if opinion.isNamed, opinion.isBusy, !opinion.isShown { view.heldUp.append("\(sentinel.endpoint)") }
        }
        return view
    }

    private struct Opinion: Sendable {
        var named: Endpoint?
        var isNamed = false
        var isShown = false
        var isBusy = false
    }

    private func opinion(_ sentinel: Sentinel, of server: Server) async throws -> Opinion {
        let commands: [Command] = [
            ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", primaryName], ["SENTINEL", "MASTER", primaryName],
        ]
        let replies = try await sentinel.replies(to: commands, timeout: .seconds(1))
        var opinion = Opinion()
        opinion.named = try sentinel.value(of: replies[0], to: commands[0]) { try SentinelAddressReply($0).primary }
        if let named = opinion.named { opinion.isNamed = await servers.isSame(named, as: server) }
        if let primary = try? sentinel.value(of: replies[1], to: commands[1], as: { try SentinelPrimary($0) }) {
            opinion.isShown = await servers.isSame(primary.address, as: server)
            opinion.isBusy = primary.isFailoverInProgress
        }
        return opinion
    }

    /// Finds out for every address that the Sentinels know whether it leads to one of these two servers. The answers
    /// are remembered, so nobody has to be asked while writes are held back.
    func recogniseAll(_ from: Server, _ to: Server) async {
        let pictures = (try? await servers.sentinelPictures()) ?? []
        let addresses = Set(pictures.flatMap { [$0.primary.address] + $0.replicas.map(\.address) })
        _ = try? await addresses.atOnce { address in
            _ = await servers.isSame(address, as: from)
            _ = await servers.isSame(address, as: to)
        }
    }

    /// Whether some Sentinel is in the middle of a failover, so that the primary may change at any moment.
    func isFailingOver() async -> Bool { await known().contains(where: \.isFailoverInProgress) }

    /// Waits until no Sentinel is in a failover, or considers the primary down, which may start one.
    /// - Parameter limit: how long to wait; after that this returns in any case.
    func waitUntilCalm(upTo limit: Duration, _ context: StepContext) async throws {
        let watch = Stopwatch(context.clock)
        while watch.elapsed < limit {
            let isUneasy = await known().contains {
                $0.isFailoverInProgress || $0.flags.isSubjectivelyDown || $0.flags.isObjectivelyDown
            }
            guard isUneasy else { return }
            if context.isDraining { throw CancellationError() }
            context.report(Progress("the Sentinels to end their failover", now: "in progress", wanted: "ended"))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }

    /// Asks for another failover after an aborted one: nothing else would make the Sentinels notice the new primary. A
    /// refusal is ignored, since the caller looks at the Sentinels again and repeats this.
    /// - Parameter view: what the Sentinels said a moment ago. Sentinels that already name the new primary are not
    ///   asked, because they would promote another server. Silent ones are not asked either.
    func failOverAgain(_ view: View) async {
        for sentinel in all {
            let place = "\(sentinel.endpoint)"
            if view.naming.contains(place) || view.silent.contains(place) { continue }
            let reply = try? await sentinel.replies(to: [["SENTINEL", "FAILOVER", primaryName]], timeout: .seconds(1))
            if reply?.first?.string == "OK" { return }
        }
    }

    /// What each Sentinel that answers knows of the primary.
    func known() async -> [SentinelPrimary] {
        let name = primaryName
        let known = (try? await all.atOnce { try? await $0.sentinelPrimary(name, timeout: .seconds(1)) }) ?? []
        return known.compactMap(\.self)
    }
}

extension Servers {
    /// Waits until no Sentinel that answers is in the middle of a failover. Changes nothing.
    /// - Parameters:
    ///   - limit: how long to wait; after that this returns in any case.
    ///   - onWaiting: called once, if there is something to wait for.
    package func waitForFailovers(upTo limit: Duration, onWaiting: () -> Void) async throws {
        guard let sentinels = Sentinels(self), await sentinels.isFailingOver() else { return }
        onWaiting()
        let watch = Stopwatch(clock)
        while watch.elapsed < limit, await sentinels.isFailingOver() { try await clock.sleep(for: .milliseconds(200)) }
    }
}
