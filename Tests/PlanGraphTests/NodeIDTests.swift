import Foundation
import PlanGraph
import Testing

struct NodeIDTests {
    @Test(arguments: ["replicaof", "preflight/source-is-primary", "1.a_b-C/2"])
    func `an id is read as it is written`(text: String) throws {
        let id = try #require(NodeID(text))
        #expect("\(id)" == text)
        #expect(try JSONDecoder().decode([NodeID].self, from: JSONEncoder().encode([id])) == [id])
    }

    @Test func `a check belongs to its step`() {
        #expect(NodeID("preflight/memory") == NodeID(step: "preflight", check: "memory"))
        #expect(NodeID("preflight") == NodeID(step: "preflight"))
    }

    @Test(
        arguments: [
            "", "/", "a/", "/a", "a/b/c", "a b", "a\n", "a\u{202E}b", "ä", "a/\u{1B}[2J", "e\u{301}",
        ])
    func `what no plan can call a node is no id`(text: String) throws {
        #expect(NodeID(text) == nil)
        let json = try JSONEncoder().encode([text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([NodeID].self, from: json) }
    }

    @Test func `a literal that is no id is a mistake in planrun`() async {
        await #expect(processExitsWith: .failure) { _ = "a/b/c" as NodeID }
    }
}
