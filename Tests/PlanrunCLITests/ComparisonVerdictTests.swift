import Execution
import FoundationEssentials
import JSONSchemas
import NIOCore
import PlanModel
import Testing

@testable import Comparison
@testable import Operations
@testable import PlanrunCLI

/// What `planrun compare --format json` prints, and its schema.
struct ComparisonVerdictTests {
    private let schema: JSONSchema
    private let plan: Plan

    init() throws {
        schema = try JSONSchema(path: repository + "schemas/comparison.schema.json")
        let path = repository + "plans/sentinel-promotion.yaml"
        plan = try #require(Plan.load(path: path, checks: PreflightCatalogue.declarations).plan)
    }

    private func report(
        differing kinds: [Difference.Kind] = [], unsettled: Int = 0, unknownSince: Int = 0
    ) -> ComparisonReport {
        var report = ComparisonReport()
        report.keys = [.source: 3, .target: 4]
        report.count(
            [.string, .hash, .stream, .other("module")] + [.string, .string],
            [.tiny, .small, .unknown, .unknown, .medium, .large])
        for kind in kinds {
            report.add(
                Difference(
                    kind, database: 0, key: ByteBuffer(string: "a"), source: nil, target: nil, disclosure: .everything),
                examples: 1)
        }
        (report.unsettled, report.unknownSince) = (unsettled, unknownSince)
        return report
    }

    private func summary(_ report: ComparisonReport, _ scope: ComparisonScope = .full) -> ComparisonSummary {
        let latency = ProbedLatency(before: .microseconds(1_500), during: .milliseconds(2))
        return ComparisonSummary(
            report: report, scope: scope, leader: .source, touching: [.source], isAfterCutover: true,
            latency: [.source: latency, .target: latency], begunAnew: "the source was restarted")
    }

    private func verdict(_ outcome: ComparisonOutcome, checkpoint: String? = nil) throws -> StateValue {
        let settings = KeyComparison.Settings(scope: outcome.summary.scope)
        let text = JSONText.of(ComparisonVerdict(plan, settings, outcome, checkpoint: checkpoint))
        return try JSONDecoder().decode(StateValue.self, from: Data(text.utf8))
    }

    private var all: [(word: ComparisonVerdict.Verdict, json: StateValue)] {
        get throws {
            let cause = StepFailure(code: .operation(.comparisonVoid), what: "it was restarted", help: ["again"])
            let differs = report(differing: Difference.Kind.allCases + [.value], unsettled: 1, unknownSince: 1)
            return [
                (.same, try verdict(.ended(summary(report())))),
                (.same, try verdict(.ended(summary(ComparisonReport(), .sample(keys: 7))))),
                (.unknown, try verdict(.ended(summary(report(unsettled: 1))))),
                (.unknown, try verdict(.ended(summary(report(unknownSince: 1))))),
                (.differs, try verdict(.ended(summary(differs)))),
                (.stopped, try verdict(.stopped(summary(differs)), checkpoint: "comparison.json")),
                (.failed, try verdict(.failed(cause, summary(report())))),
            ]
        }
    }

    @Test func `every verdict fits the schema`() throws {
        for (word, json) in try all {
            #expect(schema.mistakes(in: json) == [], "\(word)")
            #expect(json["verdict"]?.string == word.rawValue)
        }
        #expect(Set(try all.map(\.word)) == Set(ComparisonVerdict.Verdict.allCases))
    }

    @Test func `every key that is written is in the schema, and every key of the schema is written`() throws {
        let verdicts = try all.map(\.json)
        func written(_ path: String...) -> Set<String> {
            verdicts.reduce(into: []) { keys, verdict in
                let value = path.reduce(verdict as StateValue?) { value, key in (value?.array?.first ?? value)?[key] }
                if case .object(let members)? = value?.array?.first ?? value { keys.formUnion(members.keys) }
            }
        }
        func declared(_ reference: String) -> Set<String> {
            guard case .object(let properties)? = schema.definition(reference + "/properties") else { return [] }
            return Set(properties.keys)
        }
        #expect(written() == declared("#"))
        #expect(written("differences") == declared("#/properties/differences/items"))
        #expect(written("failure") == declared("#/properties/failure"))
        #expect(written("latency", "source") == declared("#/definitions/latency"))
        #expect(declared("#/properties/sizes/additionalProperties") == Set(SizeClass.allCases.map(\.rawValue)))
    }

    @Test func `the schema knows the words`() {
        let words = { (reference: String) in schema.definition(reference)?["enum"]?.array?.compactMap(\.string) }
        #expect(words("#/properties/verdict") == ComparisonVerdict.Verdict.allCases.map(\.rawValue))
        #expect(words("#/definitions/side") == Side.allCases.map(\.rawValue))
        #expect(
            words("#/properties/differences/items/properties/kind") == Difference.Kind.allCases.map(\.rawValue))
    }

    @Test(arguments: [("verdict", StateValue.string("maybe")), ("unsettled", .int(-1)), ("plan", .null)])
    func `the schema refuses what is no verdict`(key: String, value: StateValue) throws {
        guard case .object(var members) = try all[0].json else { return #expect(Bool(false)) }
        members[key] = value
        #expect(schema.mistakes(in: .object(members)).count == 1)
        members[key] = nil
        #expect(schema.mistakes(in: .object(members)).count == 1)
    }
}
