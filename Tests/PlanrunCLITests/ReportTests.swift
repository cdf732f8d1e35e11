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
        var finished = state(checks + steps, status: .succeeded) { state, position in
            let id = state.nodes[position].id
            state.nodes[position].curves = curves(of: id)
            state.start(position, role: .effect, at: after(Double(position) * 20))
            let isWarned = id.check == "backlog"
            state.succeed(
                position,
                StepResult(
                    "\(id) is well", verdict: isWarned ? .warned : .passed,
                    help: isWarned ? ["CONFIG SET repl-backlog-size 10mb"] : [],
                    facts: id.step == "failover" ? cutoverFacts : [:]),
                at: after(Double(position) * 20 + (id.step == "wait-for-sync" ? 19 : 1)))
        }
        finished.formerPlans = [
            .init(plan: plan.replacing("data: count", with: "data: sample"), until: after(30))
        ]
        return finished
    }

    private static let cutoverFacts: [String: StateValue] = [
        "writeGapSeconds": .double(0.242), "method": .string("announce"),
        "phasesSeconds": .object(["promoted": .double(0.021), "fence set": .double(0.004)]),
        "writesPer100ms": .object([
            "firstSeconds": .int(-1), "gapBeginSeconds": .double(0.013), "gapEndSeconds": .double(0.255),
            "counts": .array(
                [18, 19, 18, 17, 19, 18, 18, 19, 18, 18, 2, 0, 9, 18, 19, 18, 18].map { .int($0) }),
        ]),
    ]

    /// A full sync that stands still for a while, after which the lag falls; a comparison.
    private static func curves(of id: NodeID) -> [Figure: Curve]? {
        func curve(_ from: Double, _ to: Double, _ value: (Double) -> Double?) -> Curve {
            var curve = Curve(begin: after(from))
            for second in stride(from: from, to: to, by: 0.25) {
                if let value = value(second - from) { curve.receive(value, at: after(second)) }
            }
            return curve
        }
        switch id.step {
        case "wait-for-sync":
            return [
                .bytesPerSecond: curve(80, 93) { ($0 < 5 ? 30e6 : $0 < 8 ? nil : 42e6).map { $0 + 1e6 } },
                .lagBytes: curve(93, 99) { max(0, 3e6 - $0 * 8e5) },
            ]
        case "data":
            return [.keysPerSecond: curve(100, 160) { 40_000 + ($0 * 7).truncatingRemainder(dividingBy: 13) * 900 }]
        default: return nil
        }
    }

    /// A long run in which things failed, with text of others everywhere.
    private static var failed: RunState {
        let checks = (1...52).map { NodeID(step: "preflight", check: "check-\($0)") }
        let steps = (1...60).map { NodeID(step: "step-\($0)-with-a-name-that-is-longer-than-a-telephone-is-wide") }
        var state = state(checks + steps, name: hostile, plan: "name: \(hostile)", status: .failed) { state, position in
            guard position < 100 else { return }
            if position > 51, position % 8 == 0 {
                var curve = Curve(begin: after(Double(position)))
                for quarter in 0..<4_000 {
                    let time = after(Double(position) + Double(quarter) / 40)
                    curve.receive(Double(quarter % 97 * quarter) * 1e5, at: time)
                }
                state.nodes[position].curves = [.lagBytes: curve]
            }
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
            if position > 52, position % 20 == 0 {
                state.startUndo(position)
                state.undo(position, StepResult("put back \(hostile)"), at: after(Double(position) + 1))
            }
        }
        state.formerPlans = [.init(plan: "name: before \(hostile)", until: after(1))]
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
        #expect(
            FactLines.lines(finished.steps[5].facts) == [
                "method announce", "phases fence set after 0.004 s, promoted after 0.021 s", "write gap 0.242 s",
            ])
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

    @Test func `what moved is plotted, and said in words`() {
        let report = Self.report(Self.finished)
        #expect(
            report.plots.map(\.title) == [
                "wait-for-sync: lag", "wait-for-sync: throughput", "data: throughput",
                "failover: writes of planrun's probe per 100 ms, around the cutover",
            ])
        #expect(
            report.plots.map(\.words) == [
                "2.9 MiB at most, at 09:31:33Z; 0 bytes at the end",
                "41.0 MiB/s at most, at 09:31:28Z; 41.0 MiB/s at the end",
                "51475 keys/s at most, at 09:31:49Z; 42025 keys/s at the end",
                "up to 19 writes before; no write for 242 ms, from 13 ms after the handover began",
            ])
        #expect(report.plots.map(\.ceiling) == [4 << 20, 64 << 20, 60_000, 20])
        #expect(report.plots[3].sparkline() == "███▇██████▁_▄████")
        for plot in report.plots {
            #expect(report.markdown.contains(plot.sparkline()))
            #expect(report.html.contains("aria-label=\"\(HTML.text("\(plot.title): \(plot.words)"))\""))
        }
        #expect(JSONText.of(report).contains("0.255"))
    }

    @Test func `what failed and the write gap stand at the top`() {
        #expect(Self.report(Self.finished).parts.last.map { [$0.role, $0.what] } == ["write gap", "0.242 s"])
        let parts = Self.report(Self.failed).parts
        #expect(parts.map(\.role) == ["failed", "failed", "failed", "failed"])
        #expect(parts.first?.what.hasPrefix("'preflight/check-6': it said ") == true)
        #expect(parts.last?.what == "and 5 more, see below")
    }

    @Test func `what was taken back is said, and what was not begun is one line`() {
        let report = Self.report(Self.failed)
        #expect(report.steps.count { $0.back != nil } == 2)
        for text in [report.html, report.markdown] { #expect(text.contains("taken back: put back ")) }
        #expect(report.html.ranges(of: "<span class=\"mark not-begun\">").count == 1)
        #expect(report.html.contains("<strong>step-60-with-a-name"))
        // Each bar of the time line leads to what the step said.
        for step in report.steps where step.standing != .notBegun {
            #expect(report.html.contains("href=\"#step-\(step.id)\""))
            #expect(report.html.contains("<article id=\"step-\(step.id)\">"))
        }
    }

    @Test func `a change of the plan is shown`() {
        let report = Self.report(Self.finished)
        #expect(report.planChanges.count == 1)
        let lines = ["-  - verify: { id: data, data: sample }", "+  - verify: { id: data, data: count }"]
        for line in lines {
            #expect(report.markdown.contains(line))
            #expect(report.html.contains(line))
        }
    }
}
