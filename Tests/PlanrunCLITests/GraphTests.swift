import Testing

@testable import PlanrunCLI

struct GraphTests {
    private func draw(_ arguments: String...) async throws -> String {
        let desk = try Desk()
        let printed = await Console().run(["graph", desk.plan] + arguments)
        #expect(printed.status == .success)
        #expect(printed.messages == "")
        return printed.output
    }

    @Test func `mermaid is what is drawn unless something else is asked for`() async throws {
        let drawn = try await draw()
        #expect(drawn.hasPrefix("flowchart "))
        #expect(try await draw("--format", "mermaid") == drawn)
        #expect(drawn.contains("the target follows the source"))
    }

    @Test func `dot and json`() async throws {
        #expect(try await draw("--format", "dot").hasPrefix("digraph "))
        let json = try await draw("--format", "json")
        #expect(json.hasPrefix("{") && json.hasSuffix("}\n"))
        #expect(json.contains("\"replicaof\""))
        #expect(json.contains("\"preflight/reachable\""))
    }

    @Test func `the way back holds only what can be undone`() async throws {
        let json = try await draw("--rollback", "--format", "json")
        #expect(json.contains("\"replicaof\""))
        #expect(!json.contains("approval"))
        #expect(!json.contains("preflight"))
    }

    @Test func `a mistake in the plan ends with 2`() async throws {
        let desk = try Desk(plan: "version: 1")
        let printed = await Console().run("graph", desk.plan)
        #expect(printed.status == .invalid)
        #expect(printed.output == "")
    }
}
