import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The target has every database of the source. Otherwise the full sync fails, or, on Dragonfly, keys are written to
/// another database.
struct DatabasesCheck: Check {
    static let declaration = CheckDeclaration(
        id: "databases", title: "the target has every database of the source")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let used = try await servers.source.keyspace().databases.filter { $0.value.keys > 0 }.keys.max() ?? 0
        let source = try await count(servers.source) ?? 16
        let target = try await count(servers.target) ?? 16
        let isDragonfly = servers.plan.target.engine == .dragonfly
        let name = isDragonfly ? "--dbnum" : "databases"
        if used >= target {
            return .missed(
                "database \(used) of the source holds keys, and the target has only \(target) databases",
                wants: "\(used + 1) databases at least; with fewer the full sync fails each time",
                at: [servers.target.name],
                remedy: ["start the target with \(name) \(max(source, used + 1))"])
        }
        if source > target, isDragonfly {
            return .missed(
                "the source has \(source) databases, the target \(target)",
                wants:
                    "as many: otherwise writes to a database that is first used during the migration overwrite keys of another",
                at: [servers.target.name], remedy: ["start the target with \(name) \(source)"])
        }
        return .passed("databases up to \(used) are in use, the target has \(target)")
    }

    private func count(_ server: Server) async throws(StepFailure) -> Int? {
        if let value = try await server.integerSetting("databases") { return Int(value) }
        return try await server.integerSetting("dbnum").map { Int($0) }
    }
}
