import Operations
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import Testing
import Values

/// Runs single checks of the catalogue in a private world.
struct CheckBench: Sendable {
    let lab: Lab
    let plan: Plan

    init(lab: Lab, plan: Plan) {
        self.lab = lab
        self.plan = plan
    }

    /// - Parameter target: the engine that the plan gives to the target; some checks are only for one engine.
    init(_ lab: Lab, target: Engine? = nil, steps: [Step] = []) {
        self.lab = lab
        var plan = lab.plan(from: .blank(lab))
        if let target { plan.target.engine = target }
        plan.steps = steps
        self.plan = plan
    }

    func finding(of id: String, _ limits: [String: CheckLimit] = [:]) async throws -> Finding {
        let check = try #require(PreflightCatalogue.checks.first { $0.declaration.id == id }, "no check '\(id)'")
        let isApplicable = check.applies(to: plan)
        #expect(isApplicable, "'\(id)' is not for this plan")
        let connector = RedisConnector()
        let servers = try Servers(plan: plan, connector: connector, environment: [:]) {
            await connector.addresses(of: $0)
        }
        let limits = CheckLimits(check.declaration, plan: CheckSetting(limits: limits))
        let finding = try await check.init().run(servers, limits: limits)
        await servers.close()
        SeenFindings.current?.note(id, finding)
        return finding
    }

    /// What the check saw. Fails the test where the check does not pass.
    func pass(_ id: String, _ limits: [String: CheckLimit] = [:]) async throws -> String {
        let finding = try await finding(of: id, limits)
        #expect(finding.passes, "\(id): \(finding.saw)")
        return finding.saw
    }

    /// What the check saw, wants and advises, word for word. Fails the test where the check passes.
    func miss(_ id: String, _ limits: [String: CheckLimit] = [:]) async throws -> [String] {
        let finding = try await finding(of: id, limits)
        #expect(!finding.passes, "\(id): \(finding.saw)")
        return [finding.saw, finding.wants] + finding.remedy
    }

    func source(_ words: String...) async throws { try await lab.send(Command(words), to: lab.source) }
    func target(_ words: String...) async throws { try await lab.send(Command(words), to: lab.target) }
}

extension LabDescription {
    /// Two servers and nothing else.
    static func pair(source: [String] = [], target: [String] = []) -> LabDescription {
        LabDescription(
            source: .init(extraLines: source), target: .init(extraLines: target), sentinels: nil)
    }
}
