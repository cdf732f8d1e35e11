import Foundation
import PlanGraph
import Testing

@testable import Execution
@testable import PlanrunCLI

/// `status --history`: the runs of a plan, from its record.
struct HistoryTests {
    private static let begin = Timestamp(millisecondsSince1970: 1_772_357_400_000)

    private static let plan = """
        version: 1
        name: sessions
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6379, engine: redis }
        steps:
          - replicaof: {}
          - wait-for-sync: {}
          - failover: { via: promote }
        rollback: { after-cutover: keep }

        """

    /// A run that has cut over, after one that failed before it and was rolled back.
    private static var state: RunState {
        let ids: [NodeID] = ["replicaof", "wait-for-sync", "failover"]
        let graph = StepGraph(
            nodes: ids.map { StepGraph.Node(id: $0, kind: "any", title: "\($0)", role: .effect, needs: []) })
        func run(_ lineage: String, plan: String, by user: String, after earlier: RunState? = nil) -> RunState {
            var state = RunState(
                planPath: "plans/prod.yaml", planName: "sessions", plan: plan, graph: graph, lineage: lineage,
                now: begin, history: earlier?.asHistory(in: graph))
            state.begin(.forward, by: RunHolder(pid: 1, host: "db1", since: begin, user: user, planrun: "0.1.0"))
            state.start(0, role: .effect, at: begin)
            state.intend(0, undo: nil)
            state.succeed(0, StepResult("it follows"), at: begin)
            return state
        }
        var first = run(
            "5f1c", plan: Self.plan.replacing("wait-for-sync: {}", with: "wait-for-sync: { max-lag: 1KiB }"), by: "eva")
        first.start(1, role: .wait, at: begin)
        first.fail(
            1,
            StepFailure(
                code: FailureCode(word: "timeout"), what: "the target did not catch up within 2h",
                place: ["target 10.0.0.2:6379"]),
            at: begin)
        first.end(.failed("wait-for-sync"), .forward)
        first.note(RunHolder(pid: 2, host: "db2", since: begin, user: "ops", planrun: "0.1.1"))
        first.end(.succeeded, .back)
        first.updatedAt = Timestamp(millisecondsSince1970: begin.millisecondsSince1970 + 7_260_000)
        var second = run("60aa", plan: Self.plan, by: "eva", after: first)
        second.succeed(2, StepResult("done", facts: ["writeGapSeconds": .double(0.242)]), at: begin)
        second.end(.succeeded, .forward)
        second.updatedAt = Timestamp(millisecondsSince1970: begin.millisecondsSince1970 + 61_000)
        return second
    }

    private static func text(width: Int?) -> String {
        HistoryView(list: RunList(state), path: "plans/prod.state.json")
            .text(width: width, style: Style(isColored: false))
    }

    @Test func `each run says when, who, how it ended, what it measured, and what way back it had`() {
        #expect(
            Self.text(width: 200) == """
                'sessions': 2 runs, the newest first; recorded in plans/prod.state.json

                  succeeded, begun 2026-03-01T09:30:00.000Z, took 61 s
                    by 'eva' on 'db1' with planrun 0.1.0
                    write gap 0.242 s
                    after 'failover' 'rollback' goes back and loses no write
                    run 60aa

                  rolled back, begun 2026-03-01T09:30:00.000Z, took 2 h 1 min
                    by 'eva' on 'db1' with planrun 0.1.0, then 'ops' on 'db2' with planrun 0.1.1
                    it came to 'wait-for-sync': target 10.0.0.2:6379: the target did not catch up within 2h
                    after 'failover' 'rollback' goes back and loses no write
                    its plan was changed before the next run: 1 line added, 1 line removed
                    run 5f1c
                """)
    }

    @Test(arguments: [true, false])
    func `once the old servers are out of service there is no way back`(isInPlan: Bool) throws {
        let step: NodeID = "decommission"
        let graph = StepGraph(
            nodes: [StepGraph.Node(id: step, kind: "decommission", title: "", role: .effect, needs: [])])
        var state = RunState(
            planPath: "plans/prod.yaml", planName: "sessions",
            plan: isInPlan
                ? Self.plan.replacing("rollback:", with: "  - decommission: {}\nrollback:") : Self.plan,
            graph: graph, lineage: "60aa", now: Self.begin)
        state.start(0, role: .effect, at: Self.begin)
        func wayBack() -> String? { RunList(state).runs[0].wayBack }
        #expect(wayBack()?.hasPrefix("after 'failover' 'rollback' goes back and loses no write") == true)
        state.succeed(0, StepResult("gone"), at: Self.begin)
        state.end(.succeeded, .forward)
        #expect(wayBack() == "its old servers were taken out of service, which ended the way back")
    }

    @Test func `in a narrow window every line fits`() {
        for line in Self.text(width: 80).split(separator: "\n") { #expect(line.count <= 80) }
    }

    @Test func `as JSON each run has the text of its plan, and how that was changed`() throws {
        let list = JSONText.of(RunList(Self.state))
        let value = try JSONDecoder().decode(StateValue.self, from: Data(list.utf8))
        let runs = try #require(value["runs"]?.array)
        #expect(runs.map { $0["run"]?.string } == ["60aa", "5f1c"])
        #expect(runs.map { $0["plan"]?.string?.contains("max-lag") } == [false, true])
        #expect(runs[0]["writeGapSeconds"] == .double(0.242))
        #expect(runs[1]["why"]?["code"]?.string == "timeout")
        #expect(runs[1]["by"]?.array?.map { $0["user"]?.string } == ["eva", "ops"])
        #expect(runs[1]["planChange"]?.string?.contains("\n+  - wait-for-sync: {}") == true)
    }

    @Test func `the report lists the earlier runs, and who carried its own out`() {
        let report = RunReport(
            Self.state, holding: .free(last: nil), path: "plans/prod.state.json", CommandLines(plan: "plans/prod.yaml"))
        #expect(report.markdown.contains("- **carried out:** by 'eva' on 'db1' with planrun 0.1.0"))
        #expect(report.html.contains("<dt>carried out</dt>"))
        let line =
            "2026-03-01T09:30:00.000Z – 2026-03-01T11:31:00.000Z: rolled-back; by 'eva' on 'db1' with planrun 0.1.0, then 'ops' on 'db2' with planrun 0.1.1; it came to 'wait-for-sync'"
        #expect(report.earlier.map(\.line).first?.hasPrefix(line) == true)
        #expect(report.html.contains("Earlier runs") && report.markdown.contains("**Earlier runs:**"))
    }

    @Test func `a run after one that was rolled back keeps that one, and no server is asked for it`() async throws {
        let desk = try Desk()
        let migration = Migration()
        for verb in ["apply", "rollback", "apply"] {
            _ = await Console(servers: migration.servers).run(verb, desk.plan)
        }
        let printed = await Console().run("status", "--history", desk.plan)
        #expect(printed.status == .success && printed.messages == "")
        let me = RunHolder.thisProcess(since: .now)
        let text = desk.without(printed.output).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME")
            .replacing(/took \d[\d.]* s/, with: "took 0 s").replacing(/run [-0-9a-f]{36}/, with: "run ID")
        func run(_ status: String) -> String {
            """
              \(status), begun TIME, took 0 s
                by '\(me.user ?? "")' on '\(me.host)' with planrun \(PlanrunCommand.versionNumber)
                it came to 'approval': nobody has said yes to 'Go on?'
                run ID
            """
        }
        #expect(
            text == """
                'small': 2 runs, the newest first; recorded in plan.state.json

                \(run("stopped"))

                \(run("rolled back"))

                """)
    }

    @Test func `the history does not change, so it is not watched`() async throws {
        let printed = await Console().run("status", "--history", "--watch", "plan.yaml")
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("--history shows what is over"))
    }
}
