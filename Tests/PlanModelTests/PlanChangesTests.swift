import Diagnostics
import PlanModel
import Testing

struct PlanChangesTests {
    private static let text = """
        version: 1
        name: changes
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6379, engine: redis }
        sentinel: { primary: sessions, addresses: [10.0.0.3:26379] }
        steps:
          - preflight: {}
          - replicaof: {}
          - wait-for-sync: { max-lag: 64KiB, timeout: 2h }
          - failover: { write-pause: 2s }
        rollback: { on-failure: ask }

        """

    private func changes(_ old: String, _ new: String) throws -> PlanChanges {
        let edited = Self.text.replacing(old, with: new)
        #expect(edited != Self.text)
        return try read(edited).changes(since: read(Self.text))
    }

    private func read(_ text: String) throws -> Plan {
        let reading = Plan.read(SourceFile(path: "plan.yaml", text: text), checks: Fixture.checks)
        return try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))")
    }

    @Test(arguments: [
        ("name: changes", "name: another\ndescription: new"),
        ("steps:", "# a comment\n\nsteps:"),
        ("{ max-lag: 64KiB, timeout: 2h }", "{ timeout: 120m, max-lag: 65536B, stable-for: 5s }"),
        (
            "- failover: { write-pause: 2s }",
            "- failover:\n      write-pause: 2000ms\n    needs: [wait-for-sync]\n    retries: 3"
        ),
        ("rollback: { on-failure: ask }", "rollback: {}"),
        ("{ address: 10.0.0.1:6379, engine: redis }", "{ engine: redis, address: '10.0.0.1:6379', tls: false }"),
    ])
    func `what means the same is no change`(_ old: String, _ new: String) throws {
        #expect(try changes(old, new).isEmpty)
    }

    @Test func `what means something else is named`() throws {
        #expect(try changes("write-pause: 2s", "write-pause: 3s") == PlanChanges(changed: ["failover"]))
        #expect(try changes("timeout: 2h", "timeout: 3h") == PlanChanges(changed: ["wait-for-sync"]))
        #expect(try changes("preflight: {}", "preflight: { memory: warn }") == PlanChanges(changed: ["preflight"]))
        #expect(try changes("replicaof: {}", "replicaof: { retries: 1 }") == PlanChanges(changed: ["replicaof"]))
        #expect(try changes("on-failure: ask", "on-failure: never") == PlanChanges(sections: [.rollback]))
        #expect(
            try changes("rollback:", "redact: { names: ['user:*'] }\nrollback:") == PlanChanges(sections: [.redact]))
        #expect(
            try changes("rollback:", "notify: [{ name: pager, command: [./page.sh] }]\nrollback:")
                == PlanChanges(sections: [.notify]))
        #expect(try changes("10.0.0.2", "10.0.0.9") == PlanChanges(sections: [.target]))
        #expect(try changes("10.0.0.1:6379,", "10.0.0.1:6380, tls: true,") == PlanChanges(sections: [.source]))
        #expect(try changes("[10.0.0.3:26379]", "[10.0.0.4:26379]") == PlanChanges(sections: [.sentinel]))
    }

    @Test func `a step between two others changes what the second needs`() throws {
        let between = "- approval: Go on?\n  - failover:"
        #expect(try changes("- failover:", between) == PlanChanges(added: ["approval"], changed: ["failover"]))
    }

    @Test func `a renamed step is one that went and one that came`() throws {
        let changes = try changes("preflight: {}", "preflight: { id: ready }")
        #expect(changes == PlanChanges(added: ["ready"], removed: ["preflight"], changed: ["replicaof"]))
    }
}
