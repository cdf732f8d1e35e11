import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The node of a `verify` after the cutover that asks whether a Dragonfly target has refused commands.
///
/// The cutover has asked the same before it promoted the target. Commands that were refused since then came from
/// applications, which got an error. But if somebody else promoted the target, they may have come with the replication
/// stream.
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
        // A source that is gone gives no table of commands. Then no unknown command counts as a write, and none is
        // reported.
        let flags = (try? await servers.source.commandFlags()) ?? [:]
        let growth = now.growth(since: earlier, writing: Set(flags.filter { $0.value.contains("write") }.keys))
        guard case .unknown(let counts) = growth else {
            return StepResult("the target has refused no command since it began to follow")
        }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.key.uppercased().printable) (\($0.value))" }
        return StepResult(
            "the target does not know \(list.joined(separator: ", ")), which was sent to it since it began to follow",
            verdict: .warned,
            help: [
                "applications that use it get errors from now on: change them",
                "was it not planrun that promoted the target? then the data may lack what these commands did: compare with the source",
            ])
    }

    func undo(_ context: StepContext) async throws -> String? { nil }
}
