import Diagnostics
import Operations
import PlanModel
import Testing

/// What a plan says differently from the standard.
struct DeviationTests {
    private func deviations(_ step: String) throws -> [Deviation] {
        let text = """
            version: 1
            name: deviations
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            steps:
              - \(step)

            """
        let checks = PreflightCatalogue.declarations
        let reading = Plan.read(SourceFile(path: "plan.yaml", text: text), checks: checks)
        let plan = try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))")
        return plan.steps[0].deviations(in: plan, checks: checks)
    }

    @Test(arguments: [
        "preflight: {}", "preflight: { backup: warn, timeout: 10m }", "replicaof: {}", "verify: { data: full }",
        "verify: { data: full, timeout: 12h }", "approval: Go on?",
    ])
    func `what is standard is no deviation, written or not`(_ step: String) throws {
        #expect(try deviations(step).filter { $0.key != "data" } == [])
    }

    @Test func `a check that is off, and a limit of one`() throws {
        #expect(
            try deviations("preflight: { backup: off, memory: { headroom: 30% } }") == [
                Deviation(key: "memory.headroom", value: "30%", standard: "20%", tendency: .tightened),
                Deviation(key: "backup", value: "off", standard: "warn", tendency: .loosened),
            ])
    }

    @Test func `what follows from another setting is no deviation of its own`() throws {
        #expect(
            try deviations("verify: { data: sample }") == [
                Deviation(key: "data", value: "sample", standard: nil, tendency: .tightened)
            ])
    }

    @Test func `a setting, a timeout and retries`() throws {
        #expect(
            try deviations("replicaof: { replace-data: true, timeout: 2m, retries: 1 }") == [
                Deviation(key: "replace-data", value: "true", standard: "false", tendency: .loosened),
                Deviation(key: "timeout", value: "2m", standard: "1m", tendency: .loosened),
                Deviation(key: "retries", value: "1", standard: "0", tendency: .loosened),
            ])
    }
}
