import Execution
import PlanModel
import RESP
import RedisTopology

/// Both servers have loaded their data. The last save of the source went well, and the source is not saving now.
///
/// If the target already follows the source, saving and loading are allowed: they belong to a full sync that an earlier
/// attempt began, and `wait-for-sync` goes on waiting for it.
struct PersistenceCheck: Check {
    static let declaration = CheckDeclaration(
        id: "persistence", title: "nothing is loading, and the source's last save went well")

    /// For a server that loads or saves some ten gigabytes.
    private static let patience = Duration.seconds(300)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        let isSyncing = try await targetFollows(servers)
        for server in [servers.source, servers.target] {
            let info = try await server.info("persistence")
            let state = try server.persistence(info)
            if state.isLoading, !isSyncing {
                findings.append(
                    .missed(
                        "\(server.endpoint) is loading its data", wants: "a server that is ready", at: [server.name],
                        remedy: ["wait until it has loaded"], passesWithin: Self.patience))
            }
            guard server.part == .source else { continue }
            if state.lastSaveSucceeded == false {
                findings.append(
                    .missed(
                        "the last save of \(server.endpoint) failed",
                        wants: "a source that can save: a full sync saves, too",
                        at: [server.name],
                        remedy: [
                            "look at its log and disk, then \(AdvisedCommand.failedSave.line()) on \(server.endpoint)"
                        ]))
            }
            if info["persistence"]["aof_last_write_status"] == "err" {
                findings.append(
                    .missed(
                        "\(server.endpoint) cannot write its AOF, and refuses writes until it can",
                        wants: "a source that takes writes", at: [server.name], remedy: ["look at its log and disk"]))
            }
            if info["persistence"]["aof_rewrite_in_progress"] == "1" {
                findings.append(
                    .missed(
                        "\(server.endpoint) is rewriting its AOF now, and a full sync waits until it has ended",
                        wants: "no other fork during the full sync", at: [server.name],
                        remedy: ["wait until it has ended: aof_rewrite_in_progress in INFO persistence"],
                        passesWithin: Self.patience))
            }
            if state.isSaveInProgress, !isSyncing {
                findings.append(
                    .missed(
                        "\(server.endpoint) is saving now", wants: "no other fork during the full sync",
                        at: [server.name],
                        remedy: ["wait until it has ended: rdb_bgsave_in_progress in INFO persistence"],
                        passesWithin: Self.patience))
            }
        }
        return .combined(findings, passed: "nothing is loading or saving, the last save went well")
    }

    private func targetFollows(_ servers: Servers) async throws -> Bool {
        guard let primary = try await servers.target.replication().upstream?.primary else { return false }
        return await servers.isSame(primary, as: servers.source)
    }
}
