import Execution
import PlanModel

/// Source and target have configuration files, so that they can be started again as what the run makes of them.
///
/// Whether they can write them is tried by the steps that change something: writing a file is a change itself.
struct ConfigFilesCheck: Check {
    static let declaration = CheckDeclaration(
        id: "config-files", title: "source and target have configuration files", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        if try await !servers.source.hasConfigurationFile() {
            let none = ConfigurationFile(exists: false)
            findings += [RestartOutlook(servers: servers).finding(servers.source, none)].compactMap(\.self)
        }
        let target = servers.target
        if servers.plan.sentinel != nil, try await !target.hasConfigurationFile() {
            findings.append(
                .missed(
                    "\(target.endpoint) runs without a configuration file: restarted in the middle of the sync, it has the replica-priority that it is started with, and a Sentinel could promote it with only a part of the data",
                    wants: "a file that it can write", at: [target.name],
                    remedy: [
                        "start \(target.endpoint) with a configuration file (a Dragonfly with --flagfile), or do not restart it before it is in sync"
                    ]))
        }
        return .combined(findings, passed: "source and target have configuration files")
    }
}
