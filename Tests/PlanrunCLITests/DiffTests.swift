import Foundation
import Testing

@testable import PlanrunCLI

struct DiffTests {
    private static let plan = """
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6379, engine: redis }
        steps:
          - preflight: {}
          - replicaof: {}
          - wait-for-sync: {}
          - approval: Go on?
          - failover: { via: promote }

        """
    private static let edited = plan.replacing("preflight: {}", with: "preflight: { memory: off }")
        .replacing("  - approval: Go on?\n", with: "").replacing("10.0.0.2", with: "10.0.0.9")

    private func desk() throws -> Desk {
        let desk = try Desk(plan: Self.plan)
        try desk.write(Self.edited, to: "new.yaml")
        return desk
    }

    @Test func `as text, with what was loosened and the risk`() async throws {
        let desk = try desk()
        let printed = await Console().run("diff", desk.plan, desk.path("new.yaml"))
        #expect(printed.status == .success)
        #expect(
            desk.without(printed.output) == """
                plan.yaml → new.yaml: 3 changes: 2 loosened
                  target: 'address' 10.0.0.2:6379 → 10.0.0.9:6379
                  step 'approval': removed: approval (loosened)
                  step 'preflight': 'memory' fail → off (loosened)
                risk: weaker: step 'approval' removed: approval; step 'preflight' 'memory' fail → off; other servers or logins: target

                """)
        #expect(await Console().run("diff", "--exit-code", desk.plan, desk.path("new.yaml")).status == .failure)
        #expect(await Console().run("diff", "--exit-code", desk.plan, desk.plan).status == .success)
        let same = await Console().run("diff", desk.plan, desk.plan)
        #expect(desk.without(same.output) == "plan.yaml → plan.yaml\nrisk: both mean the same\n")
    }

    @Test func `as Markdown, what weakens the plan is bold`() async throws {
        let desk = try desk()
        let printed = await Console().run("diff", "--format", "markdown", desk.plan, desk.path("new.yaml"))
        #expect(
            desk.without(printed.output) == """
                **Risk:** weaker: step 'approval' removed: approval; step 'preflight' 'memory' fail → off; other servers or logins: target

                | where | what | |
                |---|---|---|
                | target | 'address' 10.0.0.2:6379 → 10.0.0.9:6379 |  |
                | step 'approval' | **removed: approval** | loosened |
                | step 'preflight' | **'memory' fail → off** | loosened |

                3 changes: 2 loosened.

                """)
    }

    @Test func `as JSON, everything is data`() async throws {
        let desk = try desk()
        let printed = await Console().run("diff", "--format", "json", desk.plan, desk.path("new.yaml"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(printed.output.utf8)) as? [String: Any])
        let changes = try #require(json["changes"] as? [[String: Any]])
        #expect(changes.count == 3)
        #expect(changes[0]["setting"] as? String == "address")
        #expect(changes[2]["tendency"] as? String == "loosened")
    }

    @Test func `a plan with mistakes, a missing file and a revision that git does not know end with 2`() async throws {
        let desk = try desk()
        try desk.write("version: 1\n", to: "broken.yaml")
        let broken = await Console().run("diff", desk.plan, desk.path("broken.yaml"))
        #expect(broken.status == .invalid)
        #expect(broken.messages.contains("error[missing-key]"))
        #expect(await Console().run("diff", desk.path("missing.yaml"), desk.plan).status == .invalid)
        let unknown = await Console().run("diff", "no-such-revision:plan.yaml", desk.plan)
        #expect(unknown.status == .invalid)
        #expect(unknown.messages.contains("error[file-not-found]: there is no such file, and git does not know it: "))
    }

    @Test func `a version may be a file of a git revision`() async throws {
        let printed = await Console().run(
            "diff", "HEAD:plans/sentinel-promotion.yaml", "\(repository)plans/three-sentinels.yaml")
        // The working folder of the tests is the repository, or git is not there to be asked.
        let isKnown = printed.status == .success && printed.output.hasPrefix("HEAD:plans/sentinel-promotion.yaml → ")
        #expect(isKnown, "\(printed.messages)")
    }

    @Test func `one of the versions may be standard input`() async throws {
        let desk = try desk()
        let printed = await Console(piped: Self.plan).run("diff", "-", desk.path("new.yaml"))
        #expect(printed.output.hasPrefix("<stdin> → "))
    }
}
