import Execution
import RESP
import RedisTopology
import Values

/// The source is still the same process as when the target began to follow it. A restarted source may have lost data,
/// and the target copies the loss: a Dragonfly is empty within a second after its source came back empty.
struct SourceRunsOn: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard let before = baseline?.source else { return nil }
        let now = try await ServerLife.read(servers.source)
        guard !now.continues(before) else { return nil }
        return StepFailure(
            code: .sourceRestarted, what: "the source was restarted since the target began to follow it",
            place: [servers.source.name, "up for \((now.uptime ?? 0).counted("second", "seconds"))"],
            world: await Self.world(servers), help: Self.help(servers))
    }

    /// How many keys each server holds, in sentences for a person who has to decide what to do.
    static func world(_ servers: Servers) async -> [String] {
        var sentences = ["nothing was promoted"]
        for server in [servers.source, servers.target] {
            if let keys = try? await server.keyspace().keys {
                sentences.append("\(server.name) holds \(keys.counted("key", "keys"))")
            } else {
                sentences.append("\(server.name) does not answer")
            }
        }
        return sentences
    }

    /// Whether the target may hold data that the source has lost. It is checked before a full sync or a flush deletes
    /// the target's data.
    /// - Returns: the violation that suggests a loss; `nil` if nothing does, or if the source does not answer.
    static func lost(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard let baseline, let source = try? await servers.source.keyspace().keys else { return nil }
        let target = try await servers.target.keyspace().keys
        guard target > source else { return nil }
        for condition in [SourceRunsOn(), SourceNotEmptied()] as [any Condition] {
            guard var violation = try await condition.violation(servers, since: baseline) else { continue }
            violation.what =
                "the source holds \(source.counted("key", "keys")), the target \(target): \(violation.what)"
            return violation
        }
        return nil
    }

    /// What to do where the Sentinels have promoted a target that this run has never seen in sync; `nil` where it was.
    static func helpWithPart(_ servers: Servers, _ context: StepContext) -> [String]? {
        guard let baseline = try? RunBaseline.recorded(servers.plan, context), baseline.synced == nil else {
            return nil
        }
        let (source, target) = (servers.source.endpoint, servers.target.endpoint)
        let forget = AdvisedCommand.forgottenSource.line(servers.primaryName)
        let watch = AdvisedCommand.watchedSource.line(
            servers.primaryName, source.host, "\(source.port)", "<quorum>")
        return [
            "this run has never seen the target in sync: \(source) may have the only complete copy",
            "copy the files of \(source) (dump.rdb, appendonlydir) before it is started again: the Sentinels make it follow \(target), which deletes its data",
            "compare the two; where \(source) has more, make the Sentinels watch it again: \(forget), then \(watch) at each",
        ]
    }

    static func help(_ servers: Servers) -> [String] {
        [
            "does \(servers.source.endpoint) have all its data? if not, bring it back first, from its own files or a backup",
            "where the target holds keys that the source lacks they may be the only copy: detach it (\(AdvisedCommand.detachedCopy.line()) on \(servers.target.endpoint)) before anything else",
            "else " + RunBaseline.anew.replacing("then ", with: "", maxReplacements: 1),
        ]
    }
}
