import Execution
import PlanModel
import RESP
import Values

/// The Sentinels resolve the host names that the plan uses.
///
/// The target is told to follow the source under the name in the plan. A Sentinel without resolve-hostnames does not
/// recognise its primary by that name, and concludes that the target follows some other server. After some seconds it
/// tells the target to follow the source's IP. On Dragonfly that means a second full sync.
struct HostNamesCheck: Check {
    static let declaration = CheckDeclaration(
        id: "host-names", title: "the Sentinels resolve the host names of the plan", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.sentinel != nil && !plan.hostNames.isEmpty }

    static func rights(in plan: Plan) -> Rights { Sentinel.hostNameRights }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let names = servers.plan.hostNames.map { "'\($0)'" }.joined(separator: " and ")
        let answers = try await servers.sentinels.atOnce { ($0, try await $0.resolvesHostNames()) }
        let findings = answers.filter { !$0.1 }.map { sentinel, _ in
            Finding.missed(
                "\(sentinel.name) does not resolve host names, and the plan names \(names)",
                wants: "resolve-hostnames yes", at: [sentinel.name],
                remedy: [
                    "name IP addresses in the plan, or, on each Sentinel: \(AdvisedCommand.hostNames.line("yes"))"
                ])
        }
        return .combined(findings, passed: "the Sentinels resolve \(names)")
    }
}

extension Plan {
    /// Hosts of the source and of the target that are not IP addresses.
    fileprivate var hostNames: [String] {
        var names: [String] = []
        for host in [source.endpoint.host, target.endpoint.host] where !host.isIPAddress && !names.contains(host) {
            names.append(host)
        }
        return names
    }
}

extension String {
    /// Whether the text is spelt as an IP address, not as a host name.
    var isIPAddress: Bool { contains(":") || allSatisfy { $0 == "." || ("0"..."9").contains($0) } }
}
