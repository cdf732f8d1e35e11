import Execution
import PlanModel
import RESP
import Values

/// Keyspace notifications are set on the target as on the source, since this setting is not replicated.
struct KeyspaceEventsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "keyspace-events", title: "keyspace notifications are set on the target as on the source", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = try await servers.source.setting("notify-keyspace-events") ?? ""
        let target = try await servers.target.setting("notify-keyspace-events") ?? ""
        if source.isEmpty { return .passed("the source sends no keyspace notifications") }
        // Servers show the letters in different orders, so the letters are compared as sets.
        if Set(source) == Set(target) { return .passed("both send '\(source.printable)'") }
        let remedy =
            servers.plan.target.engine == .dragonfly
            ? "Dragonfly knows only 'Ex' (expired keys), and only as a flag at its start; change applications that need others first"
            : "\(AdvisedCommand.keyspaceEvents.line(source.printable)) on \(servers.target.endpoint)"
        return .missed(
            "the source sends keyspace notifications '\(source.printable)', the target '\(target.printable)'",
            wants: "the same on both", at: [servers.target.name], remedy: [remedy])
    }
}
