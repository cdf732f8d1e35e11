import Execution
package import PlanModel
import RESP
import RedisTopology
import Values

/// The servers run the engines that the plan names, and their versions are known to work together.
package struct VersionsCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "versions", title: "the engines are those of the plan, and their versions work together")

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let answers = try await [servers.source, servers.target].atOnce { server in
            (
                try await server.serverInfo(),
                try await server.settings([
                    "repl-diskless-sync", "rdb-version-check", "info-replication-valkey-compatible",
                ])
            )
        }
        let (source, target) = (answers[0].0, answers[1].0)
        var findings: [Finding] = []
        for (server, said, planned) in [
            (servers.source, source, servers.plan.source.engine), (servers.target, target, servers.plan.target.engine),
        ] where said.engine != planned {
            findings.append(
                .missed(
                    "\(server.endpoint) runs \(said.engine.rawValue) \(said.version)",
                    wants: "\(planned.rawValue), as in the plan",
                    at: [server.name], remedy: ["correct 'engine' in the plan, or the address"]))
        }
        let pair = VersionPair(
            source: source, target: target, isUnderSentinel: servers.plan.sentinel != nil,
            settings: .init(
                isDiskless: answers[0].1["repl-diskless-sync"] != "no",
                takesForeignFormats: answers[1].1["rdb-version-check"] == "relaxed",
                saysSlave: answers[1].1["info-replication-valkey-compatible"] == "true"))
        findings += pair.problems.map { problem in
            problem.isCertain
                ? .missed(problem.sentence, wants: problem.wanted, at: [servers.target.name], remedy: [problem.remedy])
                : .untold(problem.sentence, at: [servers.target.name], remedy: [problem.remedy])
        }
        return .combined(
            findings,
            passed: "\(source.engine.rawValue) \(source.version) to \(target.engine.rawValue) \(target.version)")
    }
}
