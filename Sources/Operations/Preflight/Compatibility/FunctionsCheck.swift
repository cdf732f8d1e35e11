import Execution
import PlanModel
import RESP

/// The source has no function library that the target cannot load. Such a library would make every full sync fail.
struct FunctionsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "functions", title: "the target can load the source's functions")

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source], [.functionList]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        // Redis before 7 has no functions and answers with an error.
        let command: Command = ["FUNCTION", "LIST"]
        let reply = try await servers.source.replies(to: [command])[0]
        if case .error(let error) = reply, error.code == "NOPERM" { throw servers.source.refusal(of: command, error) }
        let libraries = (reply.array ?? []).compactMap { $0.array?.dropFirst().first?.string }
        guard !libraries.isEmpty else { return .passed("the source has no functions") }
        let names = libraries.map { "'\($0.printable)'" }.joined(separator: ", ")
        // Dragonfly answers with an error, because FUNCTION FLUSH is the only form that it has.
        let probe = try await servers.target.replies(to: [command])[0]
        guard case .error = probe else { return .passed("the target takes functions: \(names)") }
        return .missed(
            "the source has the function library \(names), and the target knows no functions",
            wants: "no function on the source: each full sync would break off at the first one",
            at: [servers.source.name, servers.target.name],
            remedy: [
                "if nobody uses them, each of them: \(AdvisedCommand.functions.line("<name>")) on \(servers.source.endpoint); or take a target that knows functions"
            ])
    }
}
