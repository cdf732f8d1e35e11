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
        #expect(drawn.contains("flowchart TD"))
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

    @Test func `an SVG can be read on a light and on a dark page`() async throws {
        let svg = try await draw("--format", "svg")
        #expect(svg.contains("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("prefers-color-scheme: dark"))
        for role in ["check", "effect", "gate"] {
            #expect(svg.contains("class=\"node \(role)\""), "\(role)")
        }
    }

    @Test func `checks are counted, or listed`() async throws {
        let counted = try await draw()
        #expect(counted.contains(" checks\"") && !counted.contains("source-is-primary"))
        #expect(try await draw("--checks").contains("<br/>reachable: "))
        #expect(try await draw("--checks", "--format", "svg").contains(">reachable: "))
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
