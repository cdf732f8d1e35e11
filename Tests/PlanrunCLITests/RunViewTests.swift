import Operations
import PlanGraph
import Synchronization
import TestKit
import Testing

@testable import Execution
@testable import PlanrunCLI

struct RunViewTests {
    private func event(_ kind: RunEvent.Kind, at second: Int64 = 0) -> RunEvent {
        // 2026-03-01T09:30:00Z
        RunEvent(at: Timestamp(millisecondsSince1970: 1_772_357_400_000 + second * 1000), run: "L", kind)
    }

    private func step(_ node: NodeID, _ event: RunEvent.StepEvent, at second: Int64 = 0) -> RunEvent {
        self.event(.step(node, attempt: 1, event), at: second)
    }

    private let info = RunEvent.RunInfo(planName: "small", nodes: 9, isResumed: false)
    private let failure = StepFailure(code: .operation(.didNotCatchUp), what: "the target did not catch up within 2 s")
    private let sync: Progress = {
        var sync = Progress(
            "the full sync", now: "412 MiB of 1.2 GiB", wanted: "lag of 64KiB at most", fraction: 0.25,
            remaining: .seconds(21))
        sync.untilTimeout = .seconds(7199)
        return sync
    }()

    private func plain(_ events: [RunEvent]) -> String {
        let paper = Paper()
        let view = PlainRunView(
            context: CommandContext(
                output: { paper.print($0 + "\n") }, message: { paper.print("! \($0)\n") }, onSignal: { _ in true },
                environment: [:], connector: FakeConnector([]), resolve: { [$0] }))
        for event in events { view.receive(event) }
        view.note("stopping")
        view.close()
        return paper.text
    }

    @Test func `in a pipe each ending is a line with its time`() {
        #expect(
            plain([
                event(.runStarted(info)), step("a", .started),
                step("a", .succeeded(StepResult("all well"), took: .milliseconds(1240), unchanged: nil), at: 1),
                step("b", .succeeded(StepResult("all well"), took: .seconds(1), unchanged: "done already"), at: 2),
                step("c", .warned(StepResult("odd", verdict: .warned, help: ["look"]), took: .seconds(75)), at: 3),
                step("d", .retrying(failure, after: .seconds(2)), at: 4),
                step("d", .failed(failure, took: .seconds(7261)), at: 5),
                step("e", .paused(StepFailure(code: .operation(.approvalMissing), what: "nobody has said yes")), at: 6),
                step("f", .interrupted, at: 7), step("g", .kept(StepResult("follows")), at: 8),
                event(.undo("d", attempt: 1, .succeeded(StepResult("lifted"), took: .zero, unchanged: nil)), at: 3600),
            ]) == """
                09:30:00Z carrying out 'small': 9 checks and steps
                09:30:01Z ok a: all well (1.2 s)
                09:30:02Z ok b: done already (1.0 s)
                09:30:03Z warning c: odd (75 s)
                             = help: look
                09:30:04Z .. d: the target did not catch up within 2 s; trying again in 2.0 s
                09:30:05Z failed d: the target did not catch up within 2 s (2 h 1 min)
                09:30:06Z waiting e: nobody has said yes
                09:30:07Z stopped f: before it had ended
                09:30:08Z ok g: follows (done earlier)
                10:30:00Z ok undo d: lifted (0.0 s)
                ! stopping

                """)
    }

    @Test func `the moments of a handover stand below its end`() {
        let facts: [String: StateValue] = [
            "phasesSeconds": .object([
                "promoted": .double(0.021), "fence set": .double(0.004), "in sync": .double(0.02),
            ])
        ]
        let taken = StepResult("10.0.0.2:6380 is the primary", facts: facts)
        #expect(
            plain([step("failover", .succeeded(taken, took: .milliseconds(400), unchanged: nil))]) == """
                09:30:00Z ok failover: 10.0.0.2:6380 is the primary (0.4 s)
                             fence set after 4 ms, in sync after 20 ms, promoted after 21 ms
                ! stopping

                """)
    }

    @Test func `in a pipe a wait is a line when it is new, and every half minute`() {
        let other = Progress("the lag to fall")
        #expect(
            plain([
                step("s", .progress(sync)), step("s", .progress(sync), at: 29), step("s", .progress(sync), at: 30),
                step("s", .progress(sync), at: 31), step("s", .progress(other), at: 32),
                step("t", .progress(other), at: 32),
            ]) == """
                09:30:00Z .. s: waiting for the full sync: 25 %, 412 MiB of 1.2 GiB, 21 s left; wanted: lag of 64KiB at most; gives up in 1 h 59 min
                09:30:30Z .. s: waiting for the full sync: 25 %, 412 MiB of 1.2 GiB, 21 s left; wanted: lag of 64KiB at most; gives up in 1 h 59 min
                09:30:32Z .. s: waiting for the lag to fall
                09:30:32Z .. t: waiting for the lag to fall
                ! stopping

                """)
    }

    private func drawing(width: Int = 80, isColored: Bool = false) -> (TerminalRunView, Paper) {
        let paper = Paper()
        return (
            TerminalRunView(
                terminal: CommandContext.Terminal(width: width, isColored: isColored, write: { paper.print($0) })),
            paper
        )
    }

    /// The control sequences that move the cursor up and clear to the end of the screen.
    private func erased(_ lines: Int) -> String { "\u{1B}[\(lines)A\r\u{1B}[0J" }

    @Test func `on a terminal what runs is drawn below what ended, and erased before it is drawn anew`() {
        let (view, paper) = drawing()
        view.receive(event(.runStarted(info)))
        view.receive(step("a", .started))
        view.receive(step("b", .started))
        view.receive(step("a", .succeeded(StepResult("all well"), took: .zero, unchanged: nil)))
        view.close()
        #expect(
            paper.text
                == "09:30:00Z carrying out 'small': 9 checks and steps\n"
                + ".. a: running\n"
                + erased(1) + ".. a: running\n.. b: running\n"
                + erased(2) + "09:30:00Z ok a: all well (0.0 s)\n.. b: running\n"
                + erased(1))
    }

    @Test func `a share is drawn as a bar, and nothing of the wait is cut off`() {
        let (view, paper) = drawing(width: 63)
        view.receive(step("s", .progress(sync)))
        #expect(
            paper.text == """
                .. s: [###         ] waiting for the full sync: 25 %, 412
                   MiB of 1.2 GiB, 21 s left; wanted: lag of 64KiB at most;
                   gives up in 1 h 59 min

                """)
    }

    @Test func `what needs more than three lines is cut, and of many waits each has one line`() {
        let (narrow, paper) = drawing(width: 30)
        narrow.receive(step("s", .progress(sync)))
        #expect(
            paper.text == """
                .. s: [###         ]
                   waiting for the full
                   sync: 25 %, 412 MiB of …

                """)
        let (crowded, other) = drawing(width: 40)
        for node: NodeID in ["s", "t", "u"] { crowded.receive(step(node, .progress(sync))) }
        #expect(
            other.text.hasSuffix(
                """
                .. s: [###         ] waiting for th …
                .. t: [###         ] waiting for th …
                .. u: [###         ] waiting for th …

                """))
    }

    @Test func `a window that was made narrower has more lines to erase`() {
        let paper = Paper()
        let width = Mutex(83)
        let view = TerminalRunView(
            terminal: CommandContext.Terminal(
                width: width.withLock { $0 }, isColored: false, write: { paper.print($0) }))
        view.receive(step("a", .progress(Progress("something that is long enough for more than half of a line"))))
        width.withLock { $0 = 43 }
        view.receive(step("a", .progress(Progress("rest"))))
        #expect(
            paper.text == ".. a: waiting for something that is long enough for more than half of a line\n"
                + erased(2) + ".. a: waiting for rest\n")
    }

    @Test func `of many only four are drawn`() {
        let (view, paper) = drawing()
        for node: NodeID in ["a", "b", "c", "d", "e", "f"] { view.receive(step(node, .started)) }
        #expect(
            paper.text.hasSuffix(
                erased(5) + ".. a: running\n.. b: running\n.. c: running\n.. d: running\n.. and 2 more\n"))
    }

    @Test func `a long line that stays is broken between words`() {
        let (view, paper) = drawing(width: 50)
        view.receive(
            step(
                "a",
                .succeeded(
                    StepResult("10.0.0.2:6380 holds nothing and follows nobody at all"), took: .zero, unchanged: nil)))
        #expect(
            paper.text == """
                09:30:00Z ok a: 10.0.0.2:6380 holds nothing and
                             follows nobody at all (0.0 s)

                """)
    }

    @Test func `the answer to Ctrl-C does not tear the drawing`() {
        let (view, paper) = drawing()
        view.receive(step("a", .started))
        view.note("stopping")
        #expect(paper.text == ".. a: running\n" + erased(1) + "stopping\n.. a: running\n")
    }

    @Test func `a question stands alone until something ended`() {
        let (view, paper) = drawing()
        view.receive(step("gate", .started))
        view.ask("Go on? [y/N] ")
        view.receive(step("b", .progress(sync)))
        view.note("stopping")
        view.receive(step("gate", .interrupted))
        let wait =
            ".. b: [###         ] waiting for the full sync: 25 %, 412 MiB of 1.2 GiB, 21\n"
            + "   s left; wanted: lag of 64KiB at most; gives up in 1 h 59 min\n"
        #expect(
            paper.text == ".. gate: running\n" + erased(1) + "Go on? [y/N] " + "\nstopping\n"
                + ".. gate: running\n" + wait
                + erased(3) + "09:30:00Z stopped gate: before it had ended\n" + wait)
    }

    @Test func `colours are there when they are wanted`() {
        let (view, paper) = drawing(isColored: true)
        view.receive(step("a", .failed(failure, took: .zero)))
        #expect(paper.text.contains("\u{1B}[31mfailed\u{1B}[0m a: "))
    }
}
