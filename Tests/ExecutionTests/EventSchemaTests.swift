import FoundationEssentials
import JSONSchemas
import PlanGraph
import Testing

@testable import Execution

struct EventSchemaTests {
    private let schema: JSONSchema
    private let events: [StateValue]

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../schemas/event.schema.json")
        schema = try JSONSchema(path: path.path)
        var progress = Progress(
            "full sync", now: "1", wanted: "2", fraction: 0.5, remaining: .seconds(1),
            figures: Dictionary(uniqueKeysWithValues: Figure.allCases.map { ($0, 1.5) }))
        progress.untilTimeout = .seconds(60)
        var failure = StepFailure.broken
        failure.wanted = "a primary"
        let filled: [RunEvent.StepEvent] = [.progress(progress), .failed(failure, took: .seconds(1))]
        let kinds = RunEventTests.all.map(\.0) + filled.map { .step("cut", attempt: 1, $0) }
        events = try kinds.flatMap { kind in
            let event = RunEvent(at: Timestamp(millisecondsSince1970: 0), run: "L", kind)
            return try [event.json, event.json(notification: "finding", plan: "prod")].map { line in
                try JSONDecoder().decode(StateValue.self, from: Data(line.utf8))
            }
        }
    }

    @Test func `the schema accepts every event that there is`() {
        for event in events { #expect(schema.mistakes(in: event) == []) }
    }

    @Test(arguments: [
        ("#", []), ("#/definitions/figures", ["figures"]), ("#/definitions/result", ["result"]),
        ("#/definitions/failure", ["failure"]), ("#/properties/error", ["error"]),
    ]) func `every key of the schema is written in some event`(definition: String, path: [String]) throws {
        guard case .object(let properties) = try #require(schema.definition(definition)?["properties"]) else {
            throw NoObject()
        }
        let written = events.compactMap { event in path.reduce(event as StateValue?) { $0?[$1] } }.flatMap(\.keys)
        #expect(Set(written) == Set(properties.keys))
    }

    @Test func `the schema knows the words of the code`() {
        let words = { (reference: String) in
            Set(schema.definition(reference)?["enum"]?.array?.compactMap(\.string) ?? [])
        }
        #expect(words("#/properties/type") == Set(events.compactMap { $0["type"]?.string }))
        #expect(words("#/properties/outcome") == Set(events.compactMap { $0["outcome"]?.string }))
        #expect(schema.definition("#/properties/format/const")?.int == Int64(RunEvent.format))
    }

    @Test func `what later steps have to know is in no event`() {
        let result = StepResult("it follows", memo: .string("private"))
        for event: RunEvent.StepEvent in [
            .succeeded(result, took: .zero, unchanged: nil), .warned(result, took: .zero), .kept(result),
        ] {
            let line = RunEvent(at: Timestamp(millisecondsSince1970: 0), run: "L", .step("cut", attempt: 1, event)).json
            #expect(!line.contains("memo"))
        }
    }
}

private struct NoObject: Error {}

extension StateValue {
    fileprivate var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return Array(members.keys)
    }
}
