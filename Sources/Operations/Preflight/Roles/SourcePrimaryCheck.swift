import Execution
package import PlanModel
import RedisTopology

/// The source is a primary.
package struct SourcePrimaryCheck: Check {
    package static let declaration = CheckDeclaration(id: "source-primary", title: "the source is a primary")

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let replication = try await servers.source.replication()
        if replication.role == .primary { return .passed("\(servers.source.endpoint) is a primary") }
        let primary = (replication.upstream?.primary).map { " of \($0)" } ?? ""
        return .missed(
            "\(servers.source.endpoint) is a replica\(primary)", wants: "a primary", at: [servers.source.name],
            remedy: ["name the present primary as 'source' in the plan"])
    }
}
