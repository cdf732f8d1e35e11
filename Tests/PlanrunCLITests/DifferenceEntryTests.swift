import Foundation
import NIOCore
import Testing

@testable import Comparison
@testable import PlanrunCLI

/// The lines of the file for the differences, and their schema.
struct DifferenceEntryTests {
    private let schema: [String: Any]

    init() throws {
        let text = try Data(contentsOf: URL(filePath: repository + "schemas/differences.schema.json"))
        schema = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    }

    private func entry(_ key: ByteBuffer, hidden: [KeyPattern] = []) throws -> [String: Any] {
        var digest = ValueDigest()
        digest.replace(with: [1, 2, 3])
        let state = KeyState(type: .string, expiry: .at(9), value: digest, isWhole: true, left: 5)
        var sight = try #require(KeySight(state))
        sight.beginning = ByteBuffer(bytes: [1, 0xFF])
        let difference = Difference(
            .value, database: 2, key: key, source: sight, target: sight,
            disclosure: KeyDisclosure(names: hidden, values: []))
        let line = JSONText.line(of: DifferenceEntry(difference))
        #expect(!line.contains("\n"))
        return try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    private func properties(_ definition: String? = nil) throws -> Set<String> {
        let definitions = schema["definitions"] as? [String: Any]
        let part = definition.map { definitions?[$0] as? [String: Any] } ?? schema
        return Set(try #require(part?["properties"] as? [String: Any]).keys)
    }

    @Test func `every key that is written is in the schema, and every key of the schema is written`() throws {
        let (open, hidden) = (
            try entry(ByteBuffer(string: "a")), try entry(ByteBuffer(string: "a"), hidden: [KeyPattern("?")])
        )
        #expect(Set(open.keys).union(hidden.keys) == (try properties()))
        let sight = try #require(open["source"] as? [String: Any])
        #expect(Set(sight.keys) == (try properties("sight")))
        let text = try #require(open["key"] as? [String: String])
        let bytes = try #require(sight["beginning"] as? [String: String])
        #expect(Set(text.keys).union(bytes.keys) == (try properties("text")))
        #expect(text == ["text": "a"])
        #expect(bytes == ["base64": "Af8="])
    }

    @Test func `a hidden name is not in the line`() throws {
        let line = try entry(ByteBuffer(string: "user:anna"), hidden: [KeyPattern("user:*")])
        #expect(line["key"] == nil)
        #expect(line["redacted"] as? String == "user:*")
    }

    @Test func `the schema knows the kinds`() throws {
        let kind = (schema["properties"] as? [String: Any])?["kind"] as? [String: Any]
        #expect(kind?["enum"] as? [String] == Difference.Kind.allCases.map(\.rawValue))
    }
}
