import Diagnostics
import Operations
import PlanModel
import Testing

@testable import PlanrunCLI

struct CheckListTests {
    @Test func `--list needs no plan and no server, and has a line for every check`() async {
        let printed = await Console().run("check", "--list")
        #expect(printed.status == .success)
        #expect(printed.messages == "")
        let lines = printed.output.split(separator: "\n")
        let checks = PreflightCatalogue.declarations
        for check in checks {
            #expect(
                lines.contains { $0.hasPrefix("\(check.id) ") && $0.hasSuffix("\(check.severity)  \(check.title)") })
        }
        #expect(lines.last == "\(checks.count) checks")
        #expect(
            printed.output.contains(
                """
                memory              fail  the source's data fits into the target's memory
                                          headroom 20%: how much more than the source will use after the sync the target must be able to hold

                """))
    }

    @Test func `Markdown is a table, JSON is data`() async {
        let markdown = await Console().run("check", "--list", "--format", "markdown")
        #expect(
            markdown.output.hasPrefix(
                "| check | asks whether | severity | limits |\n|---|---|---|---|\n| `reachable` |"))
        #expect(
            markdown.output.contains(
                "| `memory` | the source's data fits into the target's memory | fail | `headroom: 20%` how much more "))
        let json = await Console().run("check", "--list", "--format", "json")
        #expect(json.output.contains(#""id" : "memory""#))
        #expect(json.output.contains(#""value" : "20%""#))
    }

    @Test func `with a plan it shows what holds for that plan`() async throws {
        let desk = try Desk(plan: Migration.plan.replacing(#/preflight: \{.*\}/#, with: Self.tuned))
        let printed = await Console().run("check", "--list", desk.plan)
        #expect(printed.messages == "")
        #expect(printed.output.contains("\nround-trip          off "))
        #expect(printed.output.contains("\n                          headroom 35%: "))
        #expect(printed.output.contains(#/\n\d\d checks, 1 of them off\n$/#))
    }

    @Test func `what makes no sense for a plan is not among its checks`() async throws {
        let printed = await Console().run("check", "--list", repository + "plans/plain-replication.yaml")
        #expect(!printed.output.contains("sentinels-agree"))
        #expect(printed.output.contains("reachable"))
    }

    @Test func `the table in the guide is the catalogue`() throws {
        let root = #filePath.dropLast("Tests/PlanrunCLITests/CheckListTests.swift".count)
        let guide = try SourceFile.load(path: "\(root)Sources/planrun/planrun.docc/Checks.md").text
        #expect(
            guide.hasSuffix("\n\n\(CheckList().markdown)\n"),
            "write it anew: planrun check --list --format markdown")
    }

    private static let tuned = "preflight: { memory: { headroom: 35% }, round-trip: off }"

    @Test func `without a plan and without --list it says what to type`() async {
        let printed = await Console().run("check")
        #expect(printed.status == .invalid)
        #expect(printed.messages.hasPrefix("Error: name a plan file, or say --list to see what there is to check\n"))
    }
}
