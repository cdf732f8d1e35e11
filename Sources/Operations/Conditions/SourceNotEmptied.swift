import Execution
import RESP
import RedisTopology

/// Since the target began to follow the source, nobody has emptied or swapped databases of the source.
///
/// The target carries out such a command too, so comparing the two servers would not show it. A flush on purpose looks
/// like an accident, and after the cutover there is no other copy of the data. So every flush stops the run.
struct SourceNotEmptied: Condition {
    private static let commands = ["flushall", "flushdb", "swapdb"]

    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard let baseline, let before = baseline.calls else { return nil }
        let now = try await servers.source.statistics()
        let run = Self.commands.compactMap { name -> String? in
            let (count, isHostile) = (now.calls[name] ?? 0).subtractingReportingOverflow(before[name] ?? 0)
            guard !isHostile, count > 0 else { return nil }
            return "\(name.uppercased()) (\(count.counted("time", "times")))"
        }
        if !run.isEmpty { return await emptied(run, servers) }
        let isReset =
            before.contains { $0.value > now.calls[$0.key] ?? 0 }
            || now.processed.map { $0 < baseline.processed ?? 0 } ?? false
            || now.calls["config|resetstat"] ?? 0 > before["config|resetstat"] ?? 0
        return isReset ? statisticsReset(servers) : nil
    }

    private func emptied(_ run: [String], _ servers: Servers) async -> StepFailure {
        StepFailure(
            code: .sourceEmptied,
            what: "\(run.joined(separator: ", ")) was run at the source since the target began to follow it",
            place: [servers.source.name], world: await SourceRunsOn.world(servers),
            help: [
                "if it was not meant, bring the data back before anything else; the target has run it, too",
                "if it was meant, see that it is not run again before the cutover is over, "
                    + RunBaseline.anew,
            ])
    }

    private func statisticsReset(_ servers: Servers) -> StepFailure {
        StepFailure(
            code: .statisticsReset,
            what:
                "the statistics of the source were reset since the target began to follow it, so planrun cannot know whether it was emptied meanwhile",
            place: [servers.source.name], world: ["nothing was promoted; \(servers.source.endpoint) takes writes"],
            help: ["do not run CONFIG RESETSTAT on either server while the target follows", RunBaseline.anew])
    }
}
