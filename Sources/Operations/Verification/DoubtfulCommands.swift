import Execution
import PlanModel
import RedisTopology
import Values

/// Commands that Dragonfly drops in some forms. It does not count what it drops, so only the source shows that such a
/// command was used.
enum DoubtfulCommands {
    private static let forms = [
        "copy": "COPY … DB, even within one database", "xsetid": "XSETID … ENTRIESADDED",
        "function|load": "FUNCTION LOAD",
    ]

    /// - Returns: a warning if the source has served such a command since the target began to follow; otherwise `nil`.
    static func read(_ servers: Servers, _ context: StepContext) async throws -> StepResult? {
        guard servers.plan.target.engine == .dragonfly,
            let before = try RunBaseline.recorded(servers.plan, context)?.calls
        else { return nil }
        let now = try await servers.source.commandCalls()
        let used = forms.filter { now[$0.key] ?? 0 > before[$0.key] ?? 0 }
        guard !used.isEmpty else { return nil }
        let list = used.map { "\($0.key.replacing("|", with: " ").uppercased()) (as \($0.value))" }.sorted()
        return StepResult(
            "the source has served \(list.joined(separator: ", ")) since the target began to follow; a Dragonfly drops it without a sign",
            verdict: .warned,
            help: [
                "was it used in that form? then the target lacks what it did: keep applications from using it, "
                    + RunBaseline.anew
            ])
    }
}
