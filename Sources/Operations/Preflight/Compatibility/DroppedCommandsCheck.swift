import Execution
import PlanModel
import RESP
import RedisTopology

/// Dragonfly as a replica drops a few commands of the stream without a word, and the offset goes on: nothing but this shows.
struct DroppedCommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "dropped-commands", title: "the source uses no command that the target would drop silently")

    /// Dragonfly v1.40.1, of 140 write commands tried one by one; COPY and XSETID only with some of their options.
    private static let dropped = ["swapdb", "geosearchstore"]
    private static let copy = "copy"
    private static let droppedAtTimes = [copy: "COPY … DB", "xsetid": "XSETID … ENTRIESADDED"]

    static func applies(to plan: Plan) -> Bool { plan.target.engine == .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls().filter { $0.value > 0 }
        let always = Self.dropped.filter { calls[$0] != nil }.map { "\($0.uppercased()) (\(calls[$0] ?? 0) calls)" }
        let perhaps = try await possible(servers).filter { calls[$0.key] != nil }.values.sorted()
        guard !(always + perhaps).isEmpty else {
            let plain = calls[Self.copy].map { "; COPY (\($0) calls) only within one database, without its option DB" }
            return .passed("none of the commands that Dragonfly drops is in use\(plain ?? "")")
        }
        return .missed(
            "the source has served \((always + perhaps).joined(separator: ", ")), which Dragonfly drops from the stream",
            wants: "none of these during the migration", at: [servers.source.name],
            remedy: [
                "keep applications from using them until the cutover is over; \(try await OldCalls(servers: servers).remedy())"
            ])
    }

    /// A source whose keys are all in one database has no use for copies to another one: its `COPY` is a plain one.
    private func possible(_ servers: Servers) async throws(StepFailure) -> [String: String] {
        let databases = try await servers.source.keyspace().databases.count
        return Self.droppedAtTimes.filter { $0.key != Self.copy || databases > 1 }
    }
}
