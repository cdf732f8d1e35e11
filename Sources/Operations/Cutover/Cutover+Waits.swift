import Execution
import PlanModel
import RESP
import RedisTopology

/// What a cutover waits for while writes are held back.
extension Cutover {
    /// Holds writes back and waits until the new primary has every byte the old one has, where it has to have them.
    func drain(_ pause: inout WritePause) async throws(StepFailure) {
        let offset = try await pause.hold()
        guard drains else { return }
        guard let offset else {
            throw StepFailure(
                code: "offset-unknown", what: "\(from.name) does not tell its replication offset", place: [from.name])
        }
        while true {
            let upstream = try await upstream(within: pause)
            let reached = upstream?.offset ?? 0
            if let upstream, upstream.isLinkUp, reached >= offset { return }
            context.report(
                Progress("\(to.name) to reach the offset of \(from.name)", now: "\(reached)", wanted: "\(offset)"))
            guard upstream != nil else { throw notFollowing() }
            guard pause.isCertain else { throw notCaughtUp("offset \(reached) of \(offset)") }
            // One question at a time, and room to answer it: a busy Dragonfly is slow to answer INFO.
            try? await context.clock.sleep(for: .milliseconds(2))
        }
    }

    /// What the new primary says about its link; one that does not answer as long as writes are held back is not waited for.
    private func upstream(within pause: WritePause) async throws(StepFailure) -> Upstream? {
        do {
            return try await to.replication(timeout: max(pause.remaining, .milliseconds(100))).upstream
        } catch {
            guard error.isTransient else { throw error }
            throw notCaughtUp(error.what)
        }
    }

    func waitForPromotion(
        _ pause: inout WritePause, _ watch: Stopwatch, _ limit: Duration
    ) async throws(StepFailure) {
        while true {
            if let replication = try? await to.replication(timeout: .seconds(2)), replication.role == .primary {
                return
            }
            let isHeld = method == .shutdown ? false : await pause.renew()
            // Nobody else would do it, and the first command may have been lost.
            if method == .promote, isHeld {
                _ = try? await to.replies(to: [["REPLICAOF", "NO", "ONE"]], timeout: pause.remaining)
            }
            context.report(Progress("\(to.name) to become primary", now: "replica", wanted: "primary"))
            guard watch.elapsed < limit else { throw notPromoted(after: limit) }
            try? await context.clock.sleep(for: .milliseconds(20))
        }
    }
}
