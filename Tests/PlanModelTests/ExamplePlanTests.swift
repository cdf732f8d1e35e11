import Diagnostics
import FoundationEssentials
import Operations
import PlanModel
import Testing
import Values
import YAMLTree

struct ExamplePlanTests {
    private static let folder =
        String(#filePath.dropLast("Tests/PlanModelTests/ExamplePlanTests.swift".count)) + "plans"

    private static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.hasSuffix(".yaml") }.sorted() ?? []

    private func load(_ name: String) throws -> SourceFile { try SourceFile.load(path: "\(Self.folder)/\(name)") }

    @Test func `there are examples`() {
        #expect(
            Set(Self.names).isSuperset(of: [
                "sentinel-promotion.yaml", "tls-acl.yaml", "three-sentinels.yaml", "plain-replication.yaml",
                "watched-move.yaml",
            ]))
    }

    @Test(arguments: names)
    func `an example is a plan without mistakes or warnings`(_ name: String) throws {
        let reading = Plan.read(try load(name), checks: PreflightCatalogue.declarations)
        #expect(reading.diagnostics.isEmpty, "\(TextRenderer().render(reading.diagnostics))")
        let steps = try #require(reading.plan?.steps)
        let cutover = try #require(steps.firstIndex { $0.kind.name == .failover })
        #expect(steps[cutover...].contains { $0.kind == .verify(VerifyStep()) })
    }

    @Test(arguments: names)
    func `an example names its schema for editors, and the schema accepts it`(_ name: String) throws {
        let file = try load(name)
        #expect(file.text.hasPrefix("# yaml-language-server: $schema=../schemas/plan.schema.json\n"))
        let root = try #require(YAMLDocument.parse(DiagnosticCollector(file)))
        #expect(
            SchemaValidator().problems(
                root, try JSONValue(json: PlanSchema.json(checks: PreflightCatalogue.declarations))) == [])
    }

    @Test func `the published recipe has the published addresses`() throws {
        let plan = try #require(
            Plan.read(try load("sentinel-promotion.yaml"), checks: PreflightCatalogue.declarations).plan)
        #expect(plan.source.endpoint.description == "200.0.0.1:6379")
        #expect(plan.target.endpoint.description == "200.0.0.2:6380")
        #expect(plan.target.engine == .dragonfly)
        #expect(plan.sentinel?.endpoints.map(\.description) == ["200.0.0.3:5000"])
        #expect(plan.sentinel?.primary == "master-instance")
        #expect(plan.source.access == Access() && plan.target.access == Access())
    }
}
