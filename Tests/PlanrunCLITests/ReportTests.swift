import Execution
import Foundation
import PlanGraph
import Testing

@testable import Execution
@testable import PlanrunCLI

/// The report of a run, made from its record.
struct ReportTests {
    private static let begin = Timestamp(millisecondsSince1970: 1_772_357_400_000)
    private static let hostile = "</title><script>alert(1)</script>&\"'\u{202E}"
    private static let root = String(#filePath.dropLast("Tests/PlanrunCLITests/ReportTests.swift".count))

    private static func after(_ seconds: Double) -> Timestamp {
        Timestamp(millisecondsSince1970: begin.millisecondsSince1970 + Int64(seconds * 1_000))
    }

    private static func report(_ state: RunState, holding: RunHolding = .free(last: nil)) -> RunReport {
        RunReport(state, holding: holding, path: "plans/prod.state.json", CommandLines(plan: state.planPath))
    }

    /// A plan that the reader takes, with the steps that the records below name.
    private static let plan = """
        version: 1
        name: sessions
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6379, engine: dragonfly }
        sentinel: { primary: shop, addresses: [10.0.0.3:26379] }
        steps:
          - preflight: {}
          - replicaof: {}
          - wait-for-sync: {}
          - verify: { id: data, data: count }
          - approval: Go on?
          - failover: {}
          - verify: { id: cutover }
        """

    private static func state(
        _ nodes: [NodeID], name: String = "sessions", plan: String = plan, status: RunState.Status,
        _ body: (inout RunState, Int) -> Void
    ) -> RunState {
        var state = RunState(
            planPath: "plans/prod.yaml", planName: name, plan: plan,
            graph: StepGraph(
                nodes: nodes.map { StepGraph.Node(id: $0, kind: "any", title: "\($0)", role: .effect, needs: []) }),
            lineage: "5f1c",
            now: begin)
        for position in state.nodes.indices { body(&state, position) }
        state.status = status
        state.updatedAt = after(300)
        return state
    }

    private static var finished: RunState {
        let checks = ["roles", "versions", "backlog"].map { NodeID(step: "preflight", check: $0) }
        let steps = ["replicaof", "wait-for-sync", "data", "approval", "failover", "cutover"].map { NodeID(step: $0) }
        return state(checks + steps, status: .succeeded) { state, position in
            let id = state.nodes[position].id
            state.start(position, role: .effect, at: after(Double(position) * 20))
            let isWarned = id.check == "backlog"
            state.succeed(
                position,
                StepResult(
                    "\(id) is well", verdict: isWarned ? .warned : .passed,
                    help: isWarned ? ["CONFIG SET repl-backlog-size 10mb"] : [],
                    facts: id.step == "failover"
                        ? ["writeGapSeconds": .double(0.042), "method": .string("announce")] : [:]),
                at: after(Double(position) * 20 + (id.step == "wait-for-sync" ? 19 : 1)))
        }
    }

    /// A long run in which things failed, with text of others everywhere.
    private static var failed: RunState {
        let checks = (1...52).map { NodeID(step: "preflight", check: "check-\($0)") }
        let steps = (1...60).map { NodeID(step: "step-\($0)-with-a-name-that-is-longer-than-a-telephone-is-wide") }
        var state = state(checks + steps, name: hostile, plan: "name: \(hostile)", status: .failed) { state, position in
            guard position < 100 else { return }
            state.start(position, role: .effect, at: after(Double(position)))
            if position % 13 == 5 {
                state.fail(
                    position,
                    StepFailure(
                        code: FailureCode(word: "server-refused"), what: "it said \(hostile)", wanted: hostile,
                        place: ["target \(hostile)"], world: ["nothing was changed"],
                        help: ["redis-cli -h \(hostile) " + String(repeating: "x", count: 300)]),
                    at: after(Double(position) + 0.5))
            } else {
                state.succeed(
                    position, StepResult("well \(hostile)", facts: [hostile: .string(hostile)]),
                    at: after(Double(position) + 0.5))
            }
        }
        state.leftovers = [Leftover("target \(hostile)", "it follows \(hostile)", commands: ["redis-cli \(hostile)"])]
        return state
    }

    /// `.ci/pages` opens the kept pages in a browser, and reads them with a strict parser.
    @Test(arguments: ["finished", "failed"]) func `the page is the one that a browser was shown`(name: String) throws {
        let text = Self.report(name == "finished" ? Self.finished : Self.failed).html
        let path = Self.root + "Tests/PlanrunCLITests/Fixtures/reports/\(name).html"
        if ProcessInfo.processInfo.environment["PLANRUN_WRITE_FORMATS"] != nil {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        let kept = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        #expect(kept == text, "look at what PLANRUN_WRITE_FORMATS=1 makes of \(path)")
    }

    @Test func `text of others is text in every format, and nothing is asked of a network`() {
        let report = Self.report(Self.failed)
        #expect(!report.html.contains("<script"))
        #expect(!report.html.contains("\u{202E}"))
        #expect(report.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\\u{202e}"))
        for word in ["http:", "https:", "src=", "url(", "@import", "<link"] { #expect(!report.html.contains(word)) }
        // Code shows what stands in it.
        #expect(!report.markdown.replacing(/`+[^`]*`+/, with: "").contains("<script"))
        #expect(!report.markdown.contains("\u{202E}"))
        #expect(!JSONText.of(report).contains("\u{202E}"))
    }

    @Test func `the verdict comes first, and says what the record says`() {
        let finished = Self.report(Self.finished)
        #expect(finished.verdict.sentence == "done, with 1 warning")
        #expect(finished.verdict.isGood)
        #expect(finished.parts.map(\.what).first == "10.0.0.1:6379 (redis)")
        #expect(finished.steps.map(\.standing) == [.warned] + Array(repeating: .succeeded, count: 6))
        #expect(finished.steps[0].said == "3 checks: 1 warning, 2 ok")
        #expect(finished.steps[0].kind == "preflight")
        #expect(finished.steps[5].facts == ["method announce", "write gap 0.042 s"])
        #expect(finished.markdown.hasPrefix("### sessions: done, with 1 warning\n"))
        let failed = Self.report(Self.failed)
        #expect(failed.verdict.sentence == "failed at 'preflight/check-6'")
        #expect(!failed.verdict.isGood)
        #expect(failed.back.commands.map(\.line) == ["planrun apply plans/prod.yaml"])
    }

    @Test func `a run that goes on and one that was cut off are told apart`() {
        var state = Self.finished
        state.status = .running
        #expect(Self.report(state).verdict.sentence == "cut off; nobody goes on with it now")
        let held = Self.report(state, holding: .held(nil))
        #expect(held.verdict.sentence == "still going on")
        #expect(held.back.commands.isEmpty)
    }

    @Test func `a step of which a part has not ended has no end`() {
        var state = Self.finished
        state.nodes[1].status = .started
        let step = Self.report(state).steps[0]
        #expect(step.standing == .unknown)
        #expect(step.ended == nil)
        let held = Self.report(state, holding: .held(nil)).steps[0]
        #expect(held.standing == .running)
        #expect(held.ended == nil)
    }
}
