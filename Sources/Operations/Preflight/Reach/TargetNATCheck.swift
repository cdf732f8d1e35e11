import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The target listens on the address under which planrun reaches it. If it does not, there is address translation in
/// front of it, and the source may pass on an address where Sentinels and applications cannot reach the target.
struct TargetNATCheck: Check {
    static let declaration = CheckDeclaration(
        id: "target-nat", title: "no address translation stands before the target", severity: .warn)

    static func rights(in plan: Plan) -> Rights { Rights(at: [.target], [.clientInfo]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        let command: Command = ["CLIENT", "INFO"]
        let reply = try await target.replies(to: [command])[0]
        // Redis before 6.2 has neither the command nor the field.
        if case .error(let error) = reply, error.code == "ERR" {
            return .passed("\(target.endpoint) does not tell where connections to it arrive")
        }
        let own = try target.value(of: reply, to: command) { try ClientList($0).clients.first }
        guard let host = own?.localHost else {
            return .passed("\(target.endpoint) does not tell where connections to it arrive")
        }
        if try await target.announcement().host != nil {
            return .passed("\(target.endpoint) announces an address of its own")
        }
        if await servers.resolve(target.endpoint.host).contains(host) {
            return .passed("planrun's connections arrive at \(target.endpoint)")
        }
        return .missed(
            "planrun's connections arrive at \(host.printable) on \(target.name), which is not its address in the plan",
            wants: "a target that listens at its address in the plan", at: [target.name],
            remedy: [
                "if the source and the Sentinels reach it at \(target.endpoint.host) only: \(AdvisedCommand.behindNAT.line(target.endpoint.host)) on the target"
            ])
    }
}
