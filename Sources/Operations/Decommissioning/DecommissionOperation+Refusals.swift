import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// When the old servers may not be taken out of service: as long as somebody may need them. This is asked again when a
/// step that has begun goes on, since the target may have died in between.
extension DecommissionOperation {
    /// - Throws: `StepFailure` if the target is not the one primary for everybody, or if an old server may have what it
    ///   lacks.
    func refuse(_ old: OldServers) async throws {
        try await refuseOtherPrimary(old)
        try await refuseDisagreement(old)
        try await refuseStrangers(old)
        do {
            try await old.eachRunning { server in try await refuse(server, old) }
        } catch let failure as StepFailure {
            guard failure.isTransient, SessionError.Code.allCases.contains(where: { failure.code == .session($0) })
            else { throw failure }
            throw await silent(failure, old)
        }
        try await refuseEmptyTarget(old)
    }

    private func refuseOtherPrimary(_ old: OldServers) async throws {
        let target = servers.target
        if let upstream = try await target.replication().upstream {
            throw await tooEarly("\(target.endpoint) is a replica of \(upstream.primary)", old, target.name)
        }
        if try await Fence(primary: target).isClosed() {
            throw await tooEarly("\(target.endpoint) takes no writes", old, target.name)
        }
    }

    /// A Sentinel that was not asked would make an old server follow again, and tell the others of it.
    private func refuseDisagreement(_ old: OldServers) async throws {
        guard let sentinels = Sentinels(servers) else { return }
        let view = await sentinels.view(of: servers.target)
        guard view.allShowIt, !view.isBusy else {
            let why = view.missing.first ?? "a failover is in progress"
            throw await tooEarly(why, old, servers.sentinels.map(\.name).joined(separator: ", "), passes: true)
        }
        for sentinel in sentinels.all where try await sentinel.isInTilt() {
            throw await tooEarly("\(sentinel.endpoint) is in TILT", old, sentinel.name, passes: true)
        }
    }

    private func refuseStrangers(_ old: OldServers) async throws {
        guard servers.plan.sentinel != nil else { return }
        let pictures = try await servers.sentinelPictures()
        for picture in pictures {
            for peer in picture.peers where !peer.flags.isSubjectivelyDown {
                if await pictures.contains(peer, servers) { continue }
                throw await tooEarly(
                    "the Sentinel \(peer.address) watches '\(servers.primaryName)', too, and is not in the plan", old,
                    picture.sentinel.name)
            }
        }
    }

    /// A server that follows the target in sync has nothing that the target lacks, and one that follows no server takes no
    /// writes. A primary may have taken some.
    private func refuse(_ server: Server, _ old: OldServers) async throws {
        let replication = try await server.replication()
        guard let upstream = replication.upstream else {
            throw await onlyCopy(
                "it is a primary, and may have writes that \(servers.target.endpoint) lacks", server, old)
        }
        if step.resting == .fenced, try await server.setting(Fence.quorumOfReplicas) == nil {
            throw old.cannotBeFenced(server)
        }
        if upstream.primary == .nowhere { return }
        if await servers.isSame(upstream.primary, as: servers.target) {
            // Once the step has begun, a Sentinel may have made it follow the target again.
            guard old.memory.hasBegun || SyncState(replication).isSynced else {
                throw await tooEarly(
                    "\(server.endpoint) follows \(servers.target.endpoint), and is not in sync", old, server.name,
                    passes: true)
            }
            return
        }
        // The cutover may have left a replica with the source.
        if server.part == .replica, await servers.isSame(upstream.primary, as: servers.source) { return }
        throw await tooEarly(
            "\(server.endpoint) follows \(upstream.primary), which is not the target", old, server.name)
    }

    /// A target that was started without its data has none of what an old server that stands alone still has.
    private func refuseEmptyTarget(_ old: OldServers) async throws {
        guard try await servers.target.keyspace().keys == 0 else { return }
        try await old.eachRunning { server in
            let keys = try await server.keyspace().keys
            guard keys > 0 else { return }
            throw await onlyCopy(
                "it has \(keys.counted("key", "keys")), and \(servers.target.endpoint) has none", server, old)
        }
    }

    private func silent(_ failure: StepFailure, _ old: OldServers) async -> StepFailure {
        await tooEarly(
            "one of them does not answer, so that nobody can tell what it has, and it cannot be brought to rest (\(failure.sentence))",
            old, failure.place.first ?? servers.source.name, passes: true,
            help: [
                "start it again; if it has ended for good, 'resting: shutdown' (--resting shutdown) leaves it as it is"
            ])
    }

    private func tooEarly(
        _ why: String, _ old: OldServers, _ place: String, passes: Bool = false, help: [String] = []
    ) async -> StepFailure {
        StepFailure(
            code: .decommissionTooEarly, what: "\(old.words) cannot be taken out of service yet: \(why)",
            place: [place],
            world: await world(old), help: help + ["put that right first; until then the old servers may be needed"],
            isTransient: passes)
    }

    private func onlyCopy(_ why: String, _ server: Server, _ old: OldServers) async -> StepFailure {
        StepFailure(
            code: .onlyCopy, what: "\(server.endpoint) may hold the only copy: \(why)", place: [server.name],
            world: await world(old),
            help: ["compare both servers ('planrun compare'), and bring what is missing to the target first"])
    }

    private func world(_ old: OldServers) async -> [String] {
        let deed =
            old.memory.hasBegun ? "\(old.words) may be out of service in part" : "nothing was taken out of service"
        return [deed] + (await WorldReport(servers).sentences())
    }
}
