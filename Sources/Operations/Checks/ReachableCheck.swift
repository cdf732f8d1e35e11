import Execution
package import PlanModel
import RESP

/// Every instance answers and accepts planrun's credentials. A check that gets no answer asks this one, so that a server
/// that is down is reported once; it therefore stands with the checks in general.
package struct ReachableCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "reachable", title: "every server answers and accepts the plan's credentials")

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = await withTaskGroup(of: (Int, Finding?).self) { group in
            for (index, instance) in servers.all.enumerated() {
                group.addTask { (index, await Self.missed(instance)) }
            }
            var findings: [(Int, Finding)] = []
            for await (index, finding) in group { if let finding { findings.append((index, finding)) } }
            return findings.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return .combined(findings, passed: "\(servers.all.count) servers answer")
    }

    private static func missed(_ instance: some Instance) async -> Finding? {
        do {
            // A server answers INFO even while it loads its data. If it requires a login, INFO also shows that the
            // login works.
            try await instance.ask(["INFO", "server"])
            return nil
        } catch {
            return .missed(
                "\(instance.name): \(error.what)", wants: "an answer", at: [instance.name], remedy: error.help)
        }
    }
}
