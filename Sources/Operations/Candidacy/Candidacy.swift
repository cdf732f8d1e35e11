import Execution
import PlanModel
import RESP
import RedisTopology

/// Whether the Sentinels may promote the target (`replica-priority`): not before it has everything that the source has.
///
/// Sentinel does not look at `master_link_status` or `master_sync_in_progress` when it chooses whom to promote. A source that
/// dies in the middle of a full sync would be replaced by a target with a part of the data, and would be made to follow
/// that one when it comes back.
struct Candidacy: Sendable {
    /// The target's setting, and Sentinels that have to forget what they knew of it.
    static func rights(_ plan: Plan) -> Rights {
        plan.sentinel == nil ? .none : Rights(at: [.target], Fence.rights) + Sentinels.forgettingRights(plan)
    }

    /// How long a link may be lost before the target no longer counts as having everything.
    static let patience = Duration.seconds(10)

    private let servers: Servers
    /// The target's `replica-priority` without planrun.
    private let original: String

    /// - Parameter original: as it is on record; `nil` where the target has no such setting.
    /// - Returns: `nil` where there is nothing to keep anybody from.
    init?(_ servers: Servers, original: String?) {
        guard servers.plan.sentinel != nil, let original else { return nil }
        self.servers = servers
        self.original = original
    }

    /// What has to be recorded before the first change; `nil` for a plan without Sentinels and for a target that has no such
    /// setting.
    static func original(_ servers: Servers) async throws(StepFailure) -> String? {
        guard servers.plan.sentinel != nil else { return nil }
        return try await Fence(primary: servers.target).prior()[Fence.priority]
    }

    private var target: Server { servers.target }
    private var fence: Fence { Fence(primary: target) }

    /// Before the target begins to follow: the first that any Sentinel reads of it is that it cannot be promoted.
    ///
    /// A Sentinel reads the priority of a replica only. One that lists the target already goes on with what it read when the
    /// target was one, so it has to forget the target first.
    /// - Returns: what became of the target's configuration file, which says so, too.
    func withholdFromAll(_ context: StepContext) async throws -> ConfigurationFile {
        try await fence.exclude(original, writingFile: false)
        let file = try await target.writeConfigurationFile()
        guard let sentinels = Sentinels(servers), try await isEligibleSomewhere() else { return file }
        try await sentinels.waitUntilCalm(upTo: .seconds(60), context)
        try await sentinels.forget(
            [target.endpoint],
            world: ["the target does not follow yet; \(servers.source.endpoint) takes writes as before"], context)
        return file
    }

    private func isEligibleSomewhere() async throws -> Bool {
        for picture in try await servers.sentinelPictures() {
            for replica in picture.replicas where replica.priority > 0 {
                if await servers.isSame(replica.address, as: target) { return true }
            }
        }
        return false
    }

    /// While the target follows: the Sentinels may promote it as long as it has everything.
    /// - Parameters:
    ///   - state: what the target said of its link and its sync.
    ///   - priority: what it said in the same answer.
    ///   - isClose: whether it lacks so little that it counts as having everything.
    func adapt(to state: SyncState, priority: Int?, isClose: Bool = true) async throws(StepFailure) {
        switch Self.verdict(state, isClose: isClose) {
        case .withheld where priority != 0: try await fence.exclude(original, writingFile: false)
        case .granted where priority == 0: try await grant()
        case .withheld, .granted, nil: return
        }
    }

    /// For a target that has everything and will be promoted.
    ///
    /// It is not written into its configuration file: that would take `replicaof` there, too, and a target that is started
    /// again is to be no candidate.
    func grant() async throws(StepFailure) {
        guard try await target.setting(Fence.priority) == "0" else { return }
        // With 0 it could never be promoted; 100 is the default of Redis.
        try await fence.admit(original, as: original == "0" ? "100" : original)
    }

    /// As it was before the run.
    func restore() async throws(StepFailure) {
        try await fence.admit(original, as: original)
    }

    enum Verdict: Equatable { case withheld, granted }

    /// - Returns: `nil` where it stays as it is.
    static func verdict(_ state: SyncState, isClose: Bool) -> Verdict? {
        switch state {
        case .online: isClose ? .granted : nil
        case .preparing, .fullSync, .loading, .connecting: .withheld
        // A Dragonfly does not say since when; it begins with a flush once it is connected again.
        case .linkDown(let since): since ?? patience >= patience ? .withheld : nil
        // Restarted, detached or promoted: other steps tell which.
        case .notFollowing: nil
        }
    }
}
