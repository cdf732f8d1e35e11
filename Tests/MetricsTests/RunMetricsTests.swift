import Execution
import Foundation
import PlanGraph
import Testing

@testable import Metrics

/// The text of the metrics. That they say what the record says is tested with real runs, where there is a record.
struct RunMetricsTests {
    private static let info = RunEvent.RunInfo(planName: "prod \"a\"\n", nodes: 3, isResumed: false)

    private func metrics(_ kinds: [RunEvent.Kind]) -> RunMetrics {
        let metrics = RunMetrics(version: "1.2.3")
        for (second, kind) in ([.runStarted(Self.info)] + kinds).enumerated() {
            metrics.receive(
                RunEvent(
                    at: Timestamp(millisecondsSince1970: 1_767_225_600_500 + Int64(second) * 1_000), run: "L", kind))
        }
        return metrics
    }

    private func lines(_ kinds: [RunEvent.Kind]) -> Set<String> {
        Set(metrics(kinds).text(.openMetrics).split(separator: "\n").map(String.init))
    }

    /// `.ci/formats` reads the kept text with the reference parser of both formats.
    @Test func `the text is the one that the reference parser reads`() throws {
        let all = Dictionary(uniqueKeysWithValues: Figure.allCases.map { ($0, 2.5) })
        let facts = Dictionary(uniqueKeysWithValues: RunMetrics.measured.map { ($0.fact, StateValue.double(0.25)) })
        let metrics = metrics([
            .step(NodeID(step: "preflight", check: "roles"), attempt: 1, .kept(nil)),
            .step("sync", attempt: 1, .started),
            .step("sync", attempt: 1, .progress(Progress("wait", remaining: .seconds(3), figures: all))),
            .step("cut", attempt: 1, .succeeded(StepResult("over", facts: facts), took: .seconds(2), unchanged: nil)),
        ])
        metrics.wroteCheckpoint(in: .milliseconds(250))
        for (format, name) in [(MetricsFormat.openMetrics, "metrics.txt"), (.prometheus, "metrics.prom")] {
            let text = metrics.text(format)
            let path = String(#filePath.dropLast("RunMetricsTests.swift".count)) + "Fixtures/\(name)"
            if ProcessInfo.processInfo.environment["PLANRUN_WRITE_FORMATS"] != nil {
                try Data(text.utf8).write(to: URL(filePath: path))
            }
            let kept = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            #expect(kept == text, "look at what PLANRUN_WRITE_FORMATS=1 makes of \(path)")
        }
    }

    @Test func `before a run has begun there is nothing`() {
        #expect(RunMetrics(version: "1").text(.openMetrics) == "# EOF\n")
    }

    @Test func `each family is said once, with its unit, and the text ends as OpenMetrics ends`() {
        let text = metrics([.step("sync", attempt: 1, .progress(Progress("wait", figures: [.lagBytes: 5])))])
            .text(.openMetrics)
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(Set(types).count == types.count)
        #expect(text.hasSuffix("# EOF\n"))
        #expect(
            text.contains(
                """
                # TYPE planrun_lag_bytes gauge
                # UNIT planrun_lag_bytes bytes
                planrun_lag_bytes{step="sync"} 5

                """))
    }

    @Test func `text of others cannot end a label or a line`() {
        let lines = lines([])
        #expect(lines.contains(#"planrun_run_info{plan="prod \"a\"\\n",run="L",version="1.2.3"} 1"#), "\(lines)")
        #expect(lines.contains("planrun_started_timestamp_seconds 1767225600.5"))
    }

    @Test func `a wait that is over leaves what it measured, and no time that is left`() {
        let progress = Progress("wait", remaining: .seconds(3), figures: [.copiedBytes: 7])
        let before = lines([.step("sync", attempt: 1, .started), .step("sync", attempt: 1, .progress(progress))])
        #expect(before.contains(#"planrun_remaining_seconds{step="sync"} 3"#))
        #expect(before.contains(#"planrun_step_active{step="sync"} 1"#))
        let after = lines([
            .step("sync", attempt: 1, .started), .step("sync", attempt: 1, .progress(progress)),
            .step("sync", attempt: 1, .succeeded(StepResult("in sync"), took: .milliseconds(1500), unchanged: nil)),
        ])
        #expect(!after.contains { $0.hasPrefix("planrun_remaining_seconds{") || $0.hasPrefix("planrun_step_active{") })
        #expect(after.contains(#"planrun_sync_copied_bytes{step="sync"} 7"#))
        #expect(after.contains(#"planrun_step_duration_seconds{step="sync"} 1.5"#))
        #expect(after.contains(#"planrun_steps{state="succeeded"} 1"#))
    }

    @Test func `in the older format a counter is called by its sample, and there are no units`() {
        let lines = metrics([.step("cut", attempt: 1, .retrying(.some, after: .seconds(1)))]).text(.prometheus)
            .split(separator: "\n")
        #expect(lines.contains("# TYPE planrun_retries_total counter"))
        #expect(lines.contains { $0.hasPrefix("# HELP planrun_retries_total ") })
        #expect(!lines.contains { $0.hasPrefix("# UNIT") || $0.hasPrefix("# EOF") })
    }

    @Test func `steps, checks, retries and the writes of the record are counted`() {
        let metrics = metrics([
            .step(NodeID(step: "preflight", check: "roles"), attempt: 1, .kept(nil)),
            .step(NodeID(step: "preflight", check: "memory"), attempt: 1, .warned(StepResult("tight"), took: .zero)),
            .step("cut", attempt: 1, .started), .step("cut", attempt: 1, .retrying(.some, after: .seconds(1))),
            .step("cut", attempt: 2, .failed(.some, took: .seconds(2))), .runFinished(.failed("cut")),
        ])
        metrics.wroteCheckpoint(in: .milliseconds(250))
        metrics.wroteCheckpoint(in: .milliseconds(750))
        let lines = Set(metrics.text(.openMetrics).split(separator: "\n").map(String.init))
        for line in [
            #"planrun_checks{state="succeeded"} 1"#, #"planrun_checks{state="warned"} 1"#,
            #"planrun_steps{state="failed"} 1"#, "planrun_retries_total 1", #"planrun_run_state{state="failed"} 1"#,
            #"planrun_run_state{state="running"} 0"#, "planrun_checkpoint_seconds_sum 1",
            "planrun_checkpoint_seconds_count 2", "planrun_checkpoint_slowest_seconds 0.75",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test func `every way in which a run ends is a state that the metrics name`() {
        let lost = StoreFailure(.leaseLost, place: "run.state.json", what: "it is gone", help: [])
        let endings: [RunEvent.Kind] = [
            .runFinished(.succeeded), .runFinished(.failed("a")), .runFinished(.interrupted),
            .runFinished(.paused("a")),
            .runFinished(.stateWriteFailed(lost)), .runFinished(.leaseLost(lost)), .rollbackFinished(.complete),
            .rollbackFinished(.incomplete("a")), .rollbackFinished(.interrupted), .rollbackStarted(Self.info),
            .runDraining,
        ]
        for ending in endings {
            let states = lines([ending]).filter { $0.hasPrefix("planrun_run_state{") && $0.hasSuffix(" 1") }
            #expect(states.count == 1, "\(ending)")
        }
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300"), (-0.0, "0"), (0.1, "0.1"),
    ]) func `every number is written as the format wants it`(value: Double, text: String) {
        let family = MetricFamily(name: "a", kind: .gauge, help: "b", samples: [.init(value: value)])
        #expect(family.text(.openMetrics).hasSuffix("\na \(text)\n"))
    }
}

extension StepFailure {
    fileprivate static let some = StepFailure(code: FailureCode(word: "broken"), what: "it broke")
}
