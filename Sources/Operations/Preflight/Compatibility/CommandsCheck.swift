import Execution
import PlanModel
import RESP
import RedisTopology

/// The target knows every command that applications have used on the source.
struct CommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "commands", title: "the target knows every command that the source has served")

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], [.commandTable]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls()
        let sourceFlags = try await servers.source.commandFlags()
        let targetFlags = try await servers.target.commandFlags()
        // Commands that only operators, Sentinels and replicas use are left out: no application will miss them at the
        // target.
        let used = calls.filter { $0.value > 0 }.keys.map { String($0.prefix { $0 != "|" }) }
        let missing = Set(used).filter { command in
            sourceFlags[command]?.contains("admin") == false && targetFlags[command] == nil
        }
        guard !missing.isEmpty else { return .passed("the target knows all \(Set(used).count) commands in use") }
        let list = missing.sorted().map { command in
            let count = calls.filter { $0.key == command || $0.key.hasPrefix(command + "|") }
                .values.saturatingSum
            return "\(command.uppercased().printable) (\(count.counted("call", "calls")))"
        }
        return .missed(
            "the target does not know \(list.joined(separator: ", "))", wants: "all commands that applications use",
            at: [servers.target.name],
            remedy: [
                "change the applications first, or take a target that knows them; \(try await OldCalls(servers: servers).remedy())"
            ])
    }
}
