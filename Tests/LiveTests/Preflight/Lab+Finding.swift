import Diagnostics
import Execution
import Operations
import PlanModel
import RESP
import Rehearsal
import SystemPackage
import Testing
import Values

extension Lab {
    /// What a check of the catalogue finds in this world. Addresses are replaced by the names of their servers, as in
    /// `{source}`.
    /// - Parameter hosts: the address of each host name; any other host is taken as it is.
    func finding(
        _ check: String, limits: [String: CheckLimit] = [:], steps: [StepKind] = [.replicaof(ReplicaOfStep())],
        hosts: [String: String] = ["localhost": "127.0.0.1"],
        change: (inout Plan) throws -> Void = { _ in }
    ) async throws -> Finding {
        let type: any Check.Type = try #require(PreflightCatalogue.checks.first { $0.declaration.id == check })
        var plan = Plan.blank(self)
        let start = SourcePosition(line: 1, column: 1)
        plan.steps = steps.map {
            Step(id: $0.name.rawValue, kind: $0, needs: [], timeout: nil, retries: 0, range: SourceRange(start, start))
        }
        plan = self.plan(from: plan)
        try change(&plan)
        let applies = type.applies(to: plan)
        #expect(applies, "'\(check)' does not apply to this plan")
        let servers = try Servers(
            plan: plan, connector: connector, environment: [:], resolve: { [hosts[$0] ?? $0] })
        let finding: Finding
        do {
            finding = try await type.init().run(
                servers, limits: CheckLimits(type.declaration, plan: CheckSetting(limits: limits)))
        } catch {
            await servers.close()
            throw error
        }
        await servers.close()
        SeenFindings.current?.note(check, finding)
        let (saw, wants) = (named(finding.saw), named(finding.wants))
        let (place, remedy) = (finding.place.map(named), finding.remedy.map(named))
        if finding.passes { return .passed(saw) }
        return finding.isBinding
            ? .missed(saw, wants: wants, at: place, remedy: remedy) : .untold(saw, at: place, remedy: remedy)
    }

    private func named(_ text: String) -> String {
        (instances + sentinels).reduce(text) { text, server in
            text.replacing(address(of: server).description, with: "{\(server.name)}")
        }
    }

    /// A reference, as plans have them, to a password that no server of this world has.
    func secret(_ password: String) throws -> SecretReference {
        .file(try folder.write(password, to: "\(password).secret").string)
    }

    /// Sends the commands one after the other. An error reply is thrown.
    func send(all commands: [Command], to server: ServerProcess) async throws {
        for command in commands { try await send(command, to: server) }
    }
}
