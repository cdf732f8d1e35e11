import FoundationEssentials
import TestKit
import Testing
import Values

@testable import PlanrunCLI

struct PlanTests {
    private static let example = "\(repository)plans/sentinel-promotion.yaml"

    private func offline(_ arguments: String...) async -> String {
        let printed = await Console().run(["plan", "--offline", Self.example] + arguments)
        #expect(printed.status == .success)
        #expect(printed.messages == "")
        // The number is replaced, because it changes with the catalogue of checks.
        return printed.output.replacing(repository, with: "").replacing(
            /\d\d+ checks;/, with: "many checks;")
    }

    @Test func `the published recipe as text`() async {
        #expect(await offline() == PublishedRecipe.text)
    }

    @Test func `the published recipe as markdown, for a pull request`() async {
        #expect(await offline("--format", "markdown") == PublishedRecipe.markdown)
    }

    /// The commands stand in the other formats word by word.
    @Test func `the published recipe as JSON`() async throws {
        let text = await offline("--format", "json")
        var report = try JSONDecoder().decode(PlanReport.self, from: Data(text.utf8))
        #expect(report.steps.map(\.commands.count) == [0, 4, 1, 0, 0, 49, 4])
        let first = try #require(report.steps[1].commands.first)
        #expect(first.server == "target 200.0.0.2:6380" && first.command == "CONFIG SET replica-priority 0")
        #expect(report.steps[1].waysBack.first?.commands.first?.command == "REPLICAOF NO ONE")
        for index in report.steps.indices {
            (report.steps[index].commands, report.steps[index].waysBack) = ([], [])
        }
        #expect(JSONText.of(report) + "\n" == PublishedRecipe.json)
    }

    @Test func `the commands of a step, each with its reason, and those that take it back`() async {
        let text = await offline("--commands")
        #expect(
            text.contains(
                """
                     by, in this order:
                       target> CONFIG SET replica-priority 0  # no Sentinel promotes it before it has everything
                       target> CONFIG REWRITE  # no Sentinel promotes it after a restart either
                       Sentinel 200.0.0.3:5000> SENTINEL RESET master-instance  # it forgets that the target may be promoted, where it lists the target already
                       target> REPLICAOF 200.0.0.1 6379  # the target copies the source, and follows it
                     back, by:
                       target> REPLICAOF NO ONE  # it follows nobody any more

                """))
        #expect(!text.contains("sends 4 commands"))
    }

    @Test func `live, the checks say what they saw`() async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration().servers).run("plan", desk.plan)
        #expect(printed.status == .success)
        #expect(printed.output.contains("     ok preflight/target-free: 10.0.0.2:6380 is empty\n"))
        #expect(printed.output.contains(/\n1 step changes servers: 'replicaof'; \d+ checks are switched off\n$/))
        #expect(printed.output.contains("     off backlog: nobody asks whether "))
    }

    @Test func `what was carried out is done, whatever the servers would say to the checks`() async throws {
        let desk = try Desk()
        #expect(
            await Console(servers: Migration().servers).run("apply", desk.plan, "--auto-approve").status == .success)
        func said(_ text: String) -> String {
            desk.without(text).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME")
        }
        let now = Console(servers: Migration(.init(targetKeys: 3, primaryHost: "10.0.0.2")).servers)
        let plan = await now.run("plan", desk.plan, "--detailed-exitcode")
        #expect(plan.status == .success)
        #expect(said(plan.output).hasSuffix("\n\nnothing to do: 'small' was carried out at TIME\n"))
        let check = await now.run("check", desk.plan)
        #expect(check.status == .success)
        #expect(said(check.output) == "nothing to check: 'small' was carried out at TIME\n")
        #expect(await now.run("check", desk.plan, "--format", "json").output == "[]\n")
        try desk.write(Migration.plan.replacing("Go on?", with: "Again?"), to: "plan.yaml")
        #expect(await now.run("plan", desk.plan).status == .failure)
    }

    @Test func `a target that the Sentinels name as the primary is not advised to be emptied`() async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration(.init(targetKeys: 3, primaryHost: "10.0.0.2")).servers)
            .run("check", desk.plan)
        #expect(printed.status == .failure)
        #expect(
            printed.output.contains(
                "Sentinel 10.0.0.3:5000 names 10.0.0.2:6380 as the primary: applications write to it"))
        #expect(!printed.output.contains("empty the target"))
    }

    @Test func `a check that fails ends with 1 and is counted`() async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration(.init(targetKeys: 3)).servers).run("plan", desk.plan)
        #expect(printed.status == .failure)
        #expect(
            printed.output.contains(
                """
                     failed preflight/target-free: 10.0.0.2:6380 holds 3 keys, which the full sync would delete; wanted: no keys
                          = help: empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go

                """))
        #expect(printed.output.contains("1 step changes servers: 'replicaof'; 2 failed checks: apply would stop there"))
    }

    @Test func `servers that are down are one finding, not one of every check`() async throws {
        let desk = try Desk()
        let printed = await Console().run("plan", desk.plan)
        #expect(printed.status == .failure)
        #expect(
            printed.output.contains(
                "failed preflight/reachable: source 10.0.0.1:6379: 10.0.0.1:6379 refused the connection; ")
        )
        #expect(!printed.output.contains("preflight/memory"))
    }

    @Test func `a server that is down hides no check of the others`() async throws {
        let desk = try Desk(plan: Migration.plan.replacing("{ \(Migration.preflight) }", with: "{}"))
        let servers = Migration().servers.filter { $0.address.host != "10.0.0.2" }
        let lines = await Console(servers: servers).run("check", "--verbose", desk.plan).output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("failed preflight/reachable: target 10.0.0.2:6380") })
        #expect(lines.contains("ok preflight/source-primary: 10.0.0.1:6379 is a primary"))
        #expect(lines.contains("ok preflight/sentinels-agree: 1 of 1 Sentinels name 10.0.0.1:6379"))
        #expect(!lines.contains { $0.hasPrefix("failed preflight/target-free") })
        #expect(lines.contains { $0.contains(#/^not asked preflight: \d+ checks, because of what failed$/#) })
    }

    @Test func `what follows from a wrong source or name is not asked`() async throws {
        let desk = try Desk(plan: Migration.plan.replacing("{ \(Migration.preflight) }", with: "{}"))
        let servers = Migration(.init(primaryHost: "10.0.0.77")).servers
        let printed = await Console(servers: servers).run("check", desk.plan)
        #expect(printed.status == .failure)
        #expect(
            printed.output.contains("failed preflight/sentinels-agree: Sentinel 10.0.0.3:5000 names 10.0.0.77:6379"))
        for check in ["only-candidate", "foreign-sentinels", "sentinel-settings"] {
            #expect(!printed.output.contains("preflight/\(check)"))
        }
        let json = await Console(servers: servers).run("check", "--format", "json", desk.plan)
        #expect(json.output.contains("\"saw\" : \"not asked: 'sentinels-agree' failed\""))
    }

    @Test func `--detailed-exitcode tells whether there is anything to do`() async throws {
        let desk = try Desk()
        let before = await Console(servers: Migration().servers).run("plan", "--detailed-exitcode", desk.plan)
        #expect(before.status == .changes)
        let after = await Console(servers: Migration(.init(targetFollows: true)).servers)
            .run("plan", "--detailed-exitcode", desk.plan)
        #expect(after.status == .success)
        #expect(after.output.contains("2. replicaof: nothing to do: the target already follows 10.0.0.1:6379\n"))
        #expect(after.output.hasSuffix("\nnothing to do\n"))
    }

    @Test func `planning changes nothing`() async throws {
        let desk = try Desk()
        let servers = Migration().servers
        _ = await Console(servers: servers).run("plan", desk.plan)
        for server in servers {
            let received = await server.received.filter { $0 != ["CLIENT", "LIST"] }
            let commands = Set(received.map { $0[0].uppercased() })
            #expect(commands.isSubset(of: ["INFO", "SENTINEL", "CONFIG", "ROLE", "PING", "DBSIZE"]))
        }
        #expect(desk.bytes("plan.state.json") == nil)
    }

    @Test func `check asks only the preflight, and counts`() async throws {
        let desk = try Desk()
        let good = await Console(servers: Migration().servers).run("check", desk.plan)
        #expect(good.status == .success)
        #expect(good.output.hasPrefix("ok preflight/reachable: 3 servers answer\n"))
        #expect(good.output.hasSuffix("\n5 checks: 5 passed, 0 warned, 0 failed\n"))
        let bad = await Console(servers: Migration(.init(targetKeys: 3)).servers).run("check", desk.plan)
        #expect(bad.status == .failure)
        #expect(bad.output.hasSuffix("\n5 checks: 4 passed, 0 warned, 1 failed (target-free)\n"))
    }

    @Test func `a plan without preflight is checked by the standard checks`() async throws {
        let desk = try Desk(plan: Migration.plan.replacing("  - preflight: { \(Migration.preflight) }\n", with: ""))
        let printed = await Console(servers: Migration().servers).run("check", "--verbose", desk.plan)
        #expect(printed.output.hasPrefix("ok preflight/reachable: 3 servers answer\n"))
        #expect(printed.output.contains(" preflight/memory: "))
    }

    @Test func `many that pass are only counted, and what failed stands last`() async throws {
        let desk = try Desk(plan: Migration.plan.replacing("{ \(Migration.preflight) }", with: "{}"))
        let servers = Migration(.init(targetKeys: 3)).servers
        let lines = await Console(servers: servers).run("check", desk.plan).output.split(separator: "\n")
        let marks = lines.filter { !$0.contains("= help: ") }.dropLast().map { $0.prefix { $0 != " " } }
        #expect(marks.contains("failed") && marks.drop { $0 == "warning" }.allSatisfy { $0 == "failed" })
        #expect(lines.last?.firstMatch(of: #/^\d+ checks: \d+ passed, /#) != nil)
        let planned = await Console(servers: servers).run("plan", desk.plan).output
        #expect(planned.contains(#/\n     ok preflight: \d+ checks passed\n/#))
    }
}
