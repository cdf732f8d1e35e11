import Execution
import PlanModel
import RESP
import RedisTopology

/// Keeps the Sentinels' user at the new primary from promoting it, until planrun does.
///
/// A Sentinel that was asked to fail over sends its promotion once, whatever the reply, and then looks at the server once a
/// second until that is a primary, or until failover-timeout. So the moment of its next look is known, and the promotion is
/// made just before it. Dying meanwhile leaves the old primary as it is; the Sentinel gives up by itself.
struct HeldPromotion: Sendable {
    /// Who the Sentinels are at the new primary.
    let user: String

    /// - Returns: why it is not possible, where it is not.
    static func make(at server: Server) async -> Result<HeldPromotion, MethodChoice.Obstacle> {
        let list: Command = ["CLIENT", "LIST"]
        guard let replies = try? await server.replies(to: [list, ["ACL", "WHOAMI"]]), let own = replies[1].string,
            let clients = try? server.value(of: replies[0], to: list, as: { try ClientList($0).clients })
        else { return .failure(.init(text: "\(server.name) does not tell who is logged in")) }
        let users = Set(clients.filter { $0.sentinelID != nil }.map { $0.user ?? "default" })
        guard let user = users.first, users.count == 1 else {
            return .failure(
                .init(
                    text: users.isEmpty
                        ? "no Sentinel is logged in at \(server.name) yet"
                        : "the Sentinels have several users at \(server.name)"))
        }
        guard user != own else {
            return .failure(
                .init(text: "the Sentinels log in at \(server.name) as '\(user.printable)', as planrun does"))
        }
        let rights = [
            Right("+acl|setuser", "ACL", "SETUSER", user, "+replicaof"), Right("+replicaof", "REPLICAOF", "NO", "ONE"),
        ]
        guard case .granted? = try? await RightsInquiry(server: server, user: own, rights: rights).answer() else {
            return .failure(.init(text: "planrun's user '\(own.printable)' may not run ACL SETUSER at \(server.name)"))
        }
        return .success(HeldPromotion(user: user))
    }

    /// Until `giveBack`, however long the server runs; a restart ends it, too.
    func withhold(at server: Server) async throws(StepFailure) {
        try await server.ask(["ACL", "SETUSER", user, "-replicaof", "-slaveof"])
    }

    func giveBack(at server: Server) async throws(StepFailure) {
        try await server.ask(["ACL", "SETUSER", user, "+replicaof", "+slaveof"])
    }
}

extension CutoverDriver {
    /// Asks for the failover, waits until the Sentinel has sent its promotion in vain, and then until just before it looks
    /// whether that was done.
    mutating func prepareSentinel() async -> Event {
        guard let leader, let sentinels = cutover.sentinels else { return .refused }
        let (context, to) = (cutover.context, to)
        return await attempt {
            try await leader.sentinel.failOver(sentinels.primaryName, timeout: .seconds(1))
            let waiting = try await sentinels.waitUntilHeld(context)
            try await sentinels.waitForLook(at: to, by: waiting, context)
        }
    }
}

extension Sentinels {
    /// - Returns: the Sentinel that waits for the promotion.
    fileprivate func waitUntilHeld(_ context: StepContext) async throws -> Server {
        let watch = Stopwatch(context.clock)
        while watch.elapsed < .seconds(5) {
            for sentinel in all
            where try await sentinel.sentinelPrimary(primaryName)?.failoverState == "wait_promotion" {
                return sentinel
            }
            try await context.clock.sleep(for: .milliseconds(20))
        }
        throw StepFailure(
            code: "failover-not-begun", what: "no Sentinel came to wait for the promotion within 5 s",
            place: all.map(\.name), isTransient: true)
    }

    /// Pause, drain and promotion take some 40 ms, a checkpoint among them, and a Sentinel's timer ticks 10 to 20 times a
    /// second. A moment that is missed comes again a second later, so that it is not waited for long.
    fileprivate func waitForLook(at server: Server, by sentinel: Server, _ context: StepContext) async throws {
        let window = Duration.milliseconds(880)...Duration.milliseconds(940)
        let watch = Stopwatch(context.clock)
        while watch.elapsed < .seconds(3) {
            if let age = try await age(of: server, at: sentinel), window.contains(age) { return }
            try await context.clock.sleep(for: .milliseconds(10))
        }
    }
}
