import Diagnostics
import Operations
import PlanGraph
import PlanModel
import Seeding
import Testing
import YAMLTree

/// `fmt` on five hundred generated plans, other ones in each run of the tests.
struct FormattingTests {
    private static let count = 100

    private func plan(_ text: String) throws -> Plan {
        let reading = Plan.read(SourceFile(path: "x", text: text), checks: PreflightCatalogue.declarations)
        return try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))\n\(text)")
    }

    @Test(.saysSeed, arguments: 0..<5)
    func `a formatted plan means the same, has the same comments, and is not formatted further`(_ part: Int) throws {
        var random = SeededRandom(part)
        for number in 0..<Self.count {
            let generated = GeneratedPlan(&random)
            var writer = RandomWriter(random: SeededRandom(part * Self.count + number + 1))
            let text = writer.text(of: generated)
            let before = try plan(text)
            let formatted = try #require(YAMLFormatter.format(before.file), "\(text)")
            let after = try plan(formatted)
            #expect(CompiledPlan(after).graph == CompiledPlan(before).graph)
            #expect(after.changes(since: before).isEmpty)
            #expect(after.name == before.name && after.description == before.description)
            #expect(comments(formatted).sorted() == comments(text).sorted())
            #expect(YAMLFormatter.format(after.file) == formatted, "\(text)\n---\n\(formatted)")
            guard formatted.split(separator: "\n").allSatisfy({ !$0.hasSuffix(" ") }) else {
                Issue.record("a line ends with a blank:\n\(formatted)")
                return
            }
        }
    }

    private func comments(_ text: String) -> [String] {
        YAMLDocument.comments(in: SourceFile(path: "x", text: text)).map(\.text)
    }

    @Test(arguments: RulePlan.examples)
    func `the example plans are formatted`(_ plan: RulePlan) {
        #expect(YAMLFormatter.format(SourceFile(path: plan.name, text: plan.text)) == plan.text)
    }
}
