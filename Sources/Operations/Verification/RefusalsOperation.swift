import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The node of a `verify` after the cutover that asks whether a Dragonfly target has refused commands.
///
/// The cutover asks this too, right before it promotes the target. A command that the target refused later usually came
/// from an application, which got an error. But if somebody other than planrun promoted the target, the command may
/// have come with the replication stream, and then its write is missing on the target.
struct RefusalsOperation: Operation {
    static let id = "commands-known"
    static let title = "the target has refused no command since it began to follow"

    static func applies(to plan: Plan) -> Bool { plan.target.engine == .dragonfly }

    static func rights(_ plan: Plan) -> Rights {
        applies(to: plan) ? Rights(at: [.source], [.commandTable]) : .none
    }

    let servers: Servers

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func verify(_ context: StepContext) async throws -> StepResult {
        guard let earlier = try RunBaseline.recorded(servers.plan, context)?.refused else {
            return StepResult("nothing is on record to compare with")
        }
        let now = try await RefusedCommands.read(servers.target, servers.plan.target.engine)
        let flags = try? await servers.source.commandFlags()
        return Self.result(
            now, since: earlier, writing: flags.map { Set($0.filter { $0.value.contains("write") }.keys) })
    }

    /// - Parameter writing: the commands that write, according to the source's table. `nil` if the source does not
    ///   answer, because it was shut down for example. Every unknown command is then reported, since any of them may
    ///   be a write.
    static func result(_ now: RefusedCommands, since earlier: RefusedCommands, writing: Set<String>?) -> StepResult {
        let counts: [String: Int64]
        switch now.growth(since: earlier, writing: writing ?? Set(now.unknown.keys)) {
        case .none, .errors: return StepResult("the target has refused no command since it began to follow")
        case .reset:
            return StepResult(
                "the statistics of the target were reset since it began to follow, so planrun cannot tell whether it has refused commands",
                verdict: .warned,
                help: ["was it not planrun that promoted the target? then compare its data with the source"])
        case .unknown(let unknown): counts = unknown
        }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.key.uppercased().printable) (\($0.value))" }
        let doubt = writing == nil ? "; the source does not answer, so planrun cannot tell which of them write" : ""
        return StepResult(
            "the target does not know \(list.joined(separator: ", ")), which was sent to it since it began to follow\(doubt)",
            verdict: .warned,
            help: [
                "applications that use it get errors from now on: change them",
                "was it not planrun that promoted the target? then the data may lack what these commands did: compare with the source",
            ])
    }

    func undo(_ context: StepContext) async throws -> StepResult? { nil }
}
