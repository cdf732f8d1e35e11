import Diagnostics
import PlanReview
import Testing

@testable import PlanrunCLI

struct LintTests {
    private static let plan = """
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis, tls: true }
        target: { address: 10.0.0.2:6379, engine: redis, tls: true }
        steps:
          - backup: {}
          - replicaof: {}
          - wait-for-sync: {}
          - verify: { id: data, data: full }
          - approval: Cut over?
          - failover: { via: promote }
          - verify: { id: cutover }
        rollback: { after-cutover: discard-writes }

        """

    @Test func `a finding is shown with its place, its reason stands in the list of rules`() async throws {
        let desk = try Desk(plan: Self.plan.replacing("name: small", with: "name: small\ndescription: A move."))
        let printed = await Console().run("lint", desk.plan)
        #expect(printed.status == .failure)
        #expect(printed.output == "")
        #expect(
            desk.without(printed.messages) == """
                plan.yaml:6:1: error[no-preflight]: this plan has no preflight
                  │
                6 │ steps:
                  │ ^^^^^
                  = help: begin with '- preflight: {}'

                1 error

                """)
        let list = await Console().run("lint", "--list")
        #expect(list.status == .success)
        #expect(list.output.contains("\nno-backup  note  the source is not saved before the first change\n  A save of"))
        #expect(list.output.hasSuffix("\n\(RuleCatalogue.declarations.count) rules\n"))
    }

    @Test func `what is fixed is written, and what is left is said`() async throws {
        let desk = try Desk(plan: Self.plan)
        let printed = await Console().run("lint", "--fix", desk.plan)
        #expect(printed.status == .success)
        #expect(printed.output == "")
        #expect(
            desk.without(printed.messages) == """
                plan.yaml: 1 finding fixed
                plan.yaml:2:1: note[no-description]: this plan has no description
                  │
                2 │ name: ***
                  │ ^^^^^^^^^
                  = help: add 'description: …'

                1 note

                """)
        let fixed = Self.plan.replacing("steps:\n", with: "steps:\n  - preflight: {}\n")
        #expect(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) } == fixed)
    }

    @Test func `the threshold decides about the exit code`() async throws {
        let desk = try Desk(plan: Self.plan.replacing("steps:\n", with: "steps:\n  - preflight: { memory: off }\n"))
        for (threshold, status) in [("error", ExitStatus.success), ("warning", .failure), ("note", .failure)] {
            #expect(await Console().run("lint", "--fail-on", threshold, desk.plan).status == status)
        }
        #expect(await Console().run("lint", desk.path("missing.yaml")).status == .invalid)
    }

    @Test func `a plan without findings is one line of data`() async throws {
        let desk = try Desk(
            plan: Self.plan.replacing("name: small", with: "name: small\ndescription: A move.")
                .replacing("steps:\n", with: "steps:\n  - preflight: {}\n"))
        let printed = await Console().run("lint", desk.plan)
        #expect(printed == Console.Printed(status: .success, output: "\(desk.plan): ok\n", messages: ""))
    }

    @Test func `a minus is standard input, for validate as well`() async throws {
        let console = Console(piped: Self.plan)
        #expect(await console.run("validate", "-").output == "<stdin>: ok, 'small', 7 steps\n")
        let printed = await console.run("lint", "-")
        #expect(printed.status == .failure)
        #expect(printed.messages.hasPrefix("<stdin>:2:1: note[no-description]"))
        let empty = await Console(piped: "").run("validate", "-")
        #expect(empty.status == .invalid)
        #expect(empty.messages.hasPrefix("<stdin>: error[empty-file]: this file is empty\n"))
    }

    @Test(arguments: [DiagnosticFormat.json, .github, .gitlab, .sarif])
    func `a format for programs is all that is printed`(_ format: DiagnosticFormat) async throws {
        let desk = try Desk(plan: Self.plan)
        let printed = await Console().run("lint", "--format", format.rawValue, desk.plan)
        #expect(printed.status == .failure)
        #expect(printed.messages == "")
        #expect(printed.output.contains("no-preflight"))
    }

    @Test func `what is no file cannot be fixed`() async throws {
        let printed = await Console().run("lint", "--fix", "/dev/null")
        #expect(printed.status == .invalid)
        #expect(printed.messages.hasPrefix("/dev/null: error[empty-file]"))
    }

    @Test func `the table in the guide is the catalogue`() throws {
        let guide = try SourceFile.load(path: "\(repository)Sources/planrun/planrun.docc/Rules.md").text
        let table = RuleList().markdown
        #expect(guide.hasSuffix("\n\n\(table)\n"), "write it anew:\n\(table)")
    }
}
