import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The source does not use the commands that a Dragonfly replica drops from the stream. Dragonfly reports no error and
/// its offset still advances, so the lost writes would go unnoticed.
struct DroppedCommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "dropped-commands", title: "the source uses no command that the target would drop silently")

    /// Measured with Dragonfly v1.40.1 by sending it 140 write commands one by one. COPY and XSETID are dropped only
    /// with some of their options.
    private static let dropped = ["swapdb", "geosearchstore"]
    private static let copy = "copy"
    private static let droppedAtTimes = [copy: "COPY … DB", "xsetid": "XSETID … ENTRIESADDED"]

    static func applies(to plan: Plan) -> Bool { plan.target.engine == .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls().filter { $0.value > 0 }
        let always = Self.dropped.filter { calls[$0] != nil }.map {
            "\($0.uppercased()) (\((calls[$0] ?? 0).counted("call", "calls")))"
        }
        let isOneDatabase = try await servers.source.keyspace().databases.count < 2
        let perhaps = Self.droppedAtTimes.filter { calls[$0.key] != nil && !($0.key == Self.copy && isOneDatabase) }
        let used = always + perhaps.values.sorted()
        var findings: [Finding] = []
        if !used.isEmpty {
            let forgetting = try await OldCalls(servers: servers).remedy()
            findings.append(Self.missed(used, servers.source, forgetting))
        }
        if isOneDatabase, let count = calls[Self.copy] { findings.append(Self.untold(copies: count, servers.source)) }
        return .combined(findings, passed: "none of the commands that Dragonfly drops is in use")
    }

    private static func missed(_ used: [String], _ source: Server, _ forgetting: String) -> Finding {
        .missed(
            "the source has served \(used.joined(separator: ", ")), which Dragonfly drops from the stream",
            wants: "none of these during the migration", at: [source.name],
            remedy: ["keep applications from using them until the cutover is over; \(forgetting)"])
    }

    /// A finding for COPY if all keys are in one database. COPY needs no DB option then, but Dragonfly also drops `COPY
    /// a b DB 0`, which names the same database. The source counts calls without their options, so planrun cannot tell
    /// whether that form was used.
    private static func untold(copies count: Int64, _ source: Server) -> Finding {
        .untold(
            "the source has served COPY (\(count.counted("call", "calls"))) and does not tell whether with the option DB: a COPY with "
                + "DB is dropped from the stream by Dragonfly, even within one database",
            at: [source.name],
            remedy: [
                "see that applications write COPY without DB, or keep them from using it until the cutover is over"
            ])
    }
}
