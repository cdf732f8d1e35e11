import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The target's own count of the commands that it could not carry out. For commands of the replication stream there is
/// no other sign: the offset advances all the same, and nobody gets a reply.
///
/// Dragonfly counts each command that it does not know, whoever sent it (`unknown_…` in `INFO commandstats`). Redis and
/// Valkey count the commands of their primary that ended in an error (`unexpected_error_replies` in `INFO stats`).
struct RefusedCommands: Codable, Equatable, Sendable {
    /// Counts of unknown commands, by name in lower case.
    var unknown: [String: Int64] = [:]
    /// The count of errors; `nil` if the server does not show it, or if errors in the stream are normal.
    var errors: Int64?

    /// Only one question, because it is also asked while writes are held back.
    static func question(_ engine: Engine) -> Command {
        engine == .dragonfly ? ["INFO", "commandstats"] : ["INFO", "stats"]
    }

    /// - Parameter reply: the reply to `question`.
    init(_ reply: RESPValue) throws {
        let info = try Info(reply)
        unknown = try CommandStats(info).unknown
        errors = info["stats"]["unexpected_error_replies"].flatMap { Int64($0) }
    }

    static func read(_ target: Server, _ engine: Engine) async throws(StepFailure) -> Self {
        try await target.read(question(engine)) { try RefusedCommands($0) }
    }

    /// How these counts differ from earlier ones.
    enum Growth: Equatable {
        case none
        /// The counts are smaller than before: they were reset, or the server was restarted.
        case reset
        case unknown([String: Int64])
        case errors(Int64)
    }

    /// - Parameter writing: the commands that write, according to the source's table. An unknown command that only
    ///   reads cannot have come with the stream: somebody sent it to the target directly.
    func growth(since earlier: RefusedCommands, writing: Set<String>) -> Growth {
        let names = Set(unknown.keys).union(earlier.unknown.keys)
        let grown = names.reduce(into: [String: Int64]()) { grown, name in
            let (count, isHostile) = (unknown[name] ?? 0).subtractingReportingOverflow(earlier.unknown[name] ?? 0)
            if !isHostile, count != 0 { grown[name] = count }
        }
        if grown.values.contains(where: { $0 < 0 }) { return .reset }
        let written = grown.filter { writing.contains($0.key) }
        if !written.isEmpty { return .unknown(written) }
        guard let errors, let before = earlier.errors, errors != before else { return .none }
        let (count, isHostile) = errors.subtractingReportingOverflow(before)
        return isHostile || count < 0 ? .reset : .errors(count)
    }
}

/// Compares what a target has refused with a baseline. It is prepared beforehand, so that only one question is left to
/// ask while writes are held back.
struct RefusalWatch: Sendable {
    let servers: Servers
    let earlier: RefusedCommands
    /// The commands that write, according to the source's table.
    let writing: Set<String>

    static func rights(_ plan: Plan) -> Rights {
        plan.target.engine == .dragonfly ? Rights(at: [.source], [.commandTable]) : .none
    }

    /// Asks the source which of its commands write. The answer is long, so it must not be asked for while writes are
    /// held back.
    init?(_ servers: Servers, since baseline: RunBaseline?) async throws(StepFailure) {
        guard let earlier = baseline?.refused else { return nil }
        self.servers = servers
        self.earlier = earlier
        // Only Dragonfly counts by command name, so only then is the table needed.
        writing =
            servers.plan.target.engine == .dragonfly
            ? Set(try await servers.source.commandFlags().filter { $0.value.contains("write") }.keys) : []
    }

    var question: Command { RefusedCommands.question(servers.plan.target.engine) }

    /// - Parameter reply: the target's reply to `question`.
    func violation(_ reply: RESPValue) throws(StepFailure) -> StepFailure? {
        let now = try servers.target.value(of: reply, to: question) { try RefusedCommands($0) }
        switch now.growth(since: earlier, writing: writing) {
        case .none: return nil
        case .reset:
            return failure(
                .statisticsReset,
                "the statistics of the target were reset since it began to follow, so planrun cannot know whether it has refused commands of the source",
                help: ["do not run CONFIG RESETSTAT on either server while the target follows"])
        case .unknown(let counts):
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key.uppercased().printable) (\($0.value))" }
            return failure(
                .commandsDropped,
                "the target does not know \(list.joined(separator: ", ")) and has dropped it: the data differs",
                help: ["keep applications from using it until the cutover is over"])
        case .errors(let count):
            return failure(
                .commandsDropped,
                "the target could not carry out \(count.counted("command", "commands")) of the source: the data differs",
                help: [
                    "the target's log names each of them ('sending an error to its master'); INFO errorstats on it counts the reasons"
                ])
        }
    }

    private func failure(_ code: OperationFailure, _ what: String, help: [String]) -> StepFailure {
        StepFailure(
            code: code, what: what, place: [servers.target.name],
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes and has all data"],
            help: help + [RunBaseline.anew])
    }
}

/// The target has carried out every command that the source sent it.
struct NothingRefused: Condition {
    func rights(in plan: Plan) -> Rights { RefusalWatch.rights(plan) }

    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard let earlier = baseline?.refused else { return nil }
        // Usually the counts have not changed. Only if they have is the source's long table of commands read.
        if try await RefusedCommands.read(servers.target, servers.plan.target.engine) == earlier { return nil }
        guard let watch = try await RefusalWatch(servers, since: baseline) else { return nil }
        return try watch.violation(try await servers.target.replies(to: [watch.question])[0])
    }
}
