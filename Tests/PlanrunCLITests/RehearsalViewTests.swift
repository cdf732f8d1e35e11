import PlanGraph
import Testing

@testable import Execution
@testable import PlanrunCLI
@testable import Rehearsal

struct RehearsalViewTests {
    private func view(
        lost keys: [String] = [], ending: RunOutcome.Ending = .succeeded, notes: [String] = [],
        steps: [RehearsalVerdict.StepTime] = [
            .init(step: "preflight", wallTime: .milliseconds(120)),
            .init(step: "wait-for-sync", wallTime: .milliseconds(6400)),
        ]
    ) -> RehearsalView {
        let start = ContinuousClock.now
        var log = WriteLog(writer: 0)
        log.acknowledged = [0, 10, 322, 330].map { start.advanced(by: .milliseconds($0)) }
        log.errors = ["READONLY": 2, "connection-lost": 1]
        let stopped = start.advanced(by: .milliseconds(331))
        var lost = LostWrites()
        (lost.count, lost.keys) = (keys.count, keys)
        return RehearsalView(
            verdict: RehearsalVerdict(
                record: WriteRecord(logs: [log], stopped: stopped), lost: lost, window: start..<stopped,
                steps: steps),
            outcome: RunOutcome(
                ending: ending,
                state: RunState(
                    planPath: "p.yaml", planName: "p", plan: "", graph: StepGraph(nodes: []), lineage: "1",
                    now: Timestamp(millisecondsSince1970: 0)), failures: []), notes: notes)
    }

    @Test func `the verdict for a person`() {
        #expect(
            view().text(Style(isColored: false)) == """

                step times:
                  preflight      0.1 s
                  wait-for-sync  6.4 s

                acknowledged writes  4
                lost                 0
                write gap            0.312 s (longest for one connection 0.312 s)
                errors seen          2 READONLY, 1 connection-lost (at most 3 for one connection); whoever gets one has to send the write again

                passed: the plan was carried out and no acknowledged write was lost
                """)
    }

    @Test func `of many steps the longest are shown, so that the verdict stands on the same screen`() {
        let steps = (1...60).map { RehearsalVerdict.StepTime(step: "step-\($0)", wallTime: .seconds($0 * 7 % 61)) }
        let text = view(steps: steps).text(Style(isColored: false)).wrapped(width: 80, indent: 2)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 24)
        let shown = text.split(separator: "\n").dropFirst().prefix(9)
        #expect(shown.first == "  step-8   56 s")
        #expect(shown.last == "  and 52 others, 52 s at most")
    }

    @Test func `a lost write is named and fails the rehearsal`() {
        let view = view(lost: ["planrun:load:0:7"])
        #expect(!view.isGood)
        let text = view.text(Style(isColored: false))
        #expect(text.contains("\nlost                 1\n"))
        #expect(text.contains("\n  for example planrun:load:0:7\n"))
        #expect(text.hasSuffix("\nFAILED: acknowledged writes were lost"))
    }

    @Test func `a plan that was not carried out fails it, too`() {
        let view = view(ending: .failed("failover"))
        #expect(!view.isGood)
        #expect(
            view.text(Style(isColored: false))
                .hasSuffix("\nFAILED: the plan was not carried out; no acknowledged write was lost"))
    }

    @Test func `the verdict says what stood in for what`() {
        let note = "dragonfly is not installed here: Redis stands in for it as the target"
        let view = view(notes: [note])
        #expect(
            view.text(Style(isColored: false))
                .hasSuffix("\npassed: the plan was carried out and no acknowledged write was lost\n  but \(note)"))
        #expect(view.json.contains(#""notes":["\#(note)"]"#))
    }

    @Test func `the verdict for a program is one line`() {
        #expect(
            view().json
                == #"{"acknowledgedWrites":4,"errors":{"READONLY":2,"connection-lost":1},"longestConnectionGap":0.312,"#
                + #""lostKeys":[],"lostWrites":0,"mostErrorsOfOneConnection":3,"notes":[],"steps":{"preflight":0.12,"wait-for-sync":6.4},"succeeded":true,"#
                + #""type":"rehearsal-finished","writeGap":0.312}"#)
    }
}
