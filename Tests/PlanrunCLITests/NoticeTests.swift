import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel
import Testing

@testable import PlanrunCLI

struct NoticeTests {
    private static let next = [
        NextCommand(line: "planrun resume plans/prod.yaml", meaning: "try the cutover again"),
        NextCommand(line: "planrun rollback plans/prod.yaml", meaning: "detach the target and end the run"),
    ]

    private static func failure() throws -> FailureView {
        let text = Migration.plan + "  - failover: {}\n"
        let reading = Plan.read(
            SourceFile(
                path: "plans/prod.yaml", text: text.replacing("  - approval: Go on?\n", with: "  - wait-for-sync: {}\n")
            ),
            checks: PreflightCatalogue.declarations)
        let plan = try #require(reading.plan)
        return FailureView(
            plan: plan,
            failure: NodeFailure(
                node: "failover",
                failure: StepFailure(
                    code: .operation(.didNotCatchUp), what: "the target did not catch up within 2 s",
                    place: ["target 200.0.0.2:6380", "offset 39718004 of 48211907"],
                    world: [
                        "nothing was promoted", "the write pause was lifted after 2.0 s",
                        "200.0.0.1:6379 takes writes",
                    ])), next: next)
    }

    @Test func `a failed step says what, where, the state of the world, and what to type next`() throws {
        #expect(
            try Self.failure().notice.text(.init()) == """
                error[did-not-catch-up]: 'failover' failed: the target did not catch up within 2 s
                  at plans/prod.yaml:10:5 · target 200.0.0.2:6380 · offset 39718004 of 48211907
                  nothing was promoted; the write pause was lifted after 2.0 s; 200.0.0.1:6379 takes writes
                  = help: planrun resume plans/prod.yaml     try the cutover again
                  = help: planrun rollback plans/prod.yaml   detach the target and end the run
                """)
    }

    @Test func `at 60 columns words are kept whole, and commands too`() throws {
        #expect(
            try Self.failure().notice.text(.init(width: 60)) == """
                error[did-not-catch-up]: 'failover' failed: the target did
                  not catch up within 2 s
                  at plans/prod.yaml:10:5 · target 200.0.0.2:6380 · offset
                    39718004 of 48211907
                  nothing was promoted; the write pause was lifted after 2.0
                    s; 200.0.0.1:6379 takes writes
                  = help: planrun resume plans/prod.yaml
                              try the cutover again
                  = help: planrun rollback plans/prod.yaml
                              detach the target and end the run
                """)
    }

    @Test func `only the word that says how bad it is has a colour`() throws {
        #expect(
            try Self.failure().notice.text(.init(isColored: true))
                .hasPrefix("\u{1B}[1;31merror[did-not-catch-up]:\u{1B}[0m 'failover' failed: "))
        var waiting = try Self.failure().notice
        waiting.tone = .waiting
        #expect(waiting.text(.init(isColored: true)).hasPrefix("\u{1B}[1;33mwaiting[did-not-catch-up]:\u{1B}[0m "))
    }

    @Test func `a path that a shell would tear apart is quoted`() {
        let commands = CommandLines(plan: "my plans/it's.yaml", state: "/tmp/$x")
        #expect(
            commands.next("resume", arguments: ["--approve", "go"], "").line
                == #"planrun resume 'my plans/it'\''s.yaml' --state '/tmp/$x' --approve go"#)
    }

    @Test(arguments: [
        ("one two three", 7, "one two\n  three"), ("one two three", 80, "one two three"),
        ("averyverylongword x", 5, "averyverylongword\n  x"), ("  margin stays here", 14, "  margin stays\n    here"),
        ("a\nb", 1, "a\nb"), ("", 10, ""),
        ("\u{1B}[31mred\u{1B}[0m word", 8, "\u{1B}[31mred\u{1B}[0m word"),
    ])
    func `text is broken between words only`(text: String, width: Int, wrapped: String) {
        #expect(text.wrapped(width: width, indent: 2) == wrapped)
    }

    @Test(arguments: [
        (Duration.milliseconds(0), "0.0 s"), (.milliseconds(9940), "9.9 s"), (.milliseconds(9960), "10 s"),
        (.seconds(119), "119 s"), (.seconds(120), "2 min 0 s"), (.seconds(3599), "59 min 59 s"),
        (.seconds(7199), "1 h 59 min"),
        (.seconds(7500), "2 h 5 min"),
    ])
    func `durations are short`(duration: Duration, text: String) {
        #expect(duration.short == text)
    }
}
