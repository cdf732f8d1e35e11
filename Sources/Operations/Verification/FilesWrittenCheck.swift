import Execution
import PlanModel

/// After the cutover: source and target write what they are now to their configuration files. Nothing but `CONFIG REWRITE`
/// tells whether they can.
struct FilesWrittenCheck: Check {
    static let declaration = CheckDeclaration(
        id: "files-written", title: "a restart changes nothing: the servers have written their configuration files",
        severity: .warn)

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], ConfigurationFile.rights) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let outlook = RestartOutlook(servers: servers)
        var findings = [outlook.finding(servers.target, try await servers.target.writeConfigurationFile())]
        do {
            findings.append(outlook.finding(servers.source, try await servers.source.writeConfigurationFile()))
        } catch {
            // Another check says that a source does not answer, unless it was shut down.
            guard error.isTransient else { throw error }
        }
        return .combined(findings.compactMap(\.self), passed: "started again, source and target are what they are now")
    }
}
