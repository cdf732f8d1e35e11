import Execution
package import PlanModel
import RedisTopology

/// The servers are what the plan says, and the pair of versions is one that is known to work.
package struct VersionsCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "versions", title: "the engines are those of the plan, and their versions work together")

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = try await servers.source.serverInfo()
        let target = try await servers.target.serverInfo()
        var findings: [Finding] = []
        for (server, said, planned) in [
            (servers.source, source, servers.plan.source.engine), (servers.target, target, servers.plan.target.engine),
        ] where said.engine.rawValue != planned.rawValue {
            findings.append(
                .missed(
                    "\(server.endpoint) runs \(said.engine.rawValue) \(said.version)",
                    wants: "\(planned.rawValue), as in the plan",
                    at: [server.name], remedy: ["correct 'engine' in the plan, or the address"]))
        }
        if let problem = VersionPair(source: source, target: target).problem {
            findings.append(
                .missed(problem.sentence, wants: problem.wanted, at: [servers.target.name], remedy: [problem.remedy]))
        }
        return .combined(
            findings,
            passed: "\(source.engine.rawValue) \(source.version) to \(target.engine.rawValue) \(target.version)")
    }
}
