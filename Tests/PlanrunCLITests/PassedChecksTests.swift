import PlanGraph
import Testing

@testable import Execution
@testable import PlanrunCLI

struct PassedChecksTests {
    private func event(_ node: NodeID, _ event: RunEvent.StepEvent, at milliseconds: Int64 = 0) -> RunEvent {
        RunEvent(at: Timestamp(millisecondsSince1970: milliseconds), run: "L", .step(node, attempt: 1, event))
    }

    private let well = RunEvent.StepEvent.succeeded(StepResult("well"), took: .zero, unchanged: nil)
    private let odd = RunEvent.StepEvent.warned(StepResult("odd", verdict: .warned), took: .zero)

    @Test func `many that pass are one, as soon as another step begins`() {
        var checks = PassedChecks()
        let names = (1...6).map { NodeID(step: "preflight", check: "\($0)") }
        for name in names { #expect(checks.receive(event(name, .started)) == [.event(event(name, .started))]) }
        for name in names.dropLast() { #expect(checks.receive(event(name, well, at: 300)) == []) }
        // One check still runs while the other step begins.
        let other = event("other", .started, at: 350)
        #expect(checks.receive(other) == [.event(other)])
        #expect(checks.receive(event(names[5], well, at: 400)) == [])
        let next = event("next", .started, at: 900)
        #expect(
            checks.receive(next) == [
                .group(
                    .init(step: "preflight", passed: 6, took: .milliseconds(400)),
                    at: Timestamp(millisecondsSince1970: 400)), .event(next),
            ])
        #expect(checks.rest() == [])
    }

    @Test func `a few are shown one by one`() {
        var checks = PassedChecks()
        let events = (1...5).map { event(NodeID(step: "verify", check: "\($0)"), well) }
        for event in events { #expect(checks.receive(event) == []) }
        #expect(checks.rest() == events.map { .event($0) })
    }

    @Test func `what warns or fails is shown at once`() {
        var checks = PassedChecks()
        for number in 1...6 { _ = checks.receive(event(NodeID(step: "preflight", check: "\(number)"), well)) }
        let warning = event("preflight/7", odd)
        #expect(checks.receive(warning) == [.event(warning)])
        let failure = event("preflight/8", .failed(StepFailure(code: FailureCode(word: "c"), what: "bad"), took: .zero))
        #expect(checks.receive(failure) == [.event(failure)])
        #expect(
            checks.rest() == [
                .group(.init(step: "preflight", passed: 6, warned: 1, failed: 1, took: .zero), at: warning.at)
            ])
    }

    @Test func `what is not asked any more is shown, and has not passed`() {
        var checks = PassedChecks()
        for number in 1...6 {
            _ = checks.receive(event(NodeID(step: "preflight", check: "\(number)"), .kept(StepResult("well"))))
        }
        let unasked = event("preflight/7", .kept(nil))
        #expect(checks.receive(unasked) == [.event(unasked)])
        guard case .group(let group, at: _)? = checks.rest().first else {
            Issue.record("no group")
            return
        }
        #expect(group.passed == 6)
    }

    @Test func `the last line of a step in which a check failed says so`() {
        var checks = PassedChecks()
        let failure = RunEvent.StepEvent.failed(StepFailure(code: FailureCode(word: "c"), what: "bad"), took: .zero)
        _ = checks.receive(event("verify/1", failure))
        _ = checks.receive(event("verify/2", well))
        let lines = RunLines(isColored: false)
        #expect(
            checks.rest().map(lines.line) == [
                "00:00:00Z ok verify/2: well (0.0 s)",
                "00:00:00Z failed verify: 1 of 2 checks failed; 1 passed (0.0 s)",
            ])
        for number in 1...55 { _ = checks.receive(event(NodeID(step: "preflight", check: "\(number)"), well)) }
        _ = checks.receive(event("preflight/56", odd))
        #expect(
            checks.rest().map(lines.line) == ["00:00:00Z warning preflight: 55 checks passed, 1 with a warning (0.0 s)"]
        )
        for number in 1...55 { _ = checks.receive(event(NodeID(step: "preflight", check: "\(number)"), well)) }
        _ = checks.receive(event("preflight/56", odd))
        _ = checks.receive(event("preflight/57", failure))
        #expect(
            checks.rest().map(lines.line)
                == ["00:00:00Z failed preflight: 1 of 57 checks failed; 55 passed, 1 with a warning (0.0 s)"])
        // Alone it has said all there is to say.
        _ = checks.receive(event("preflight/reachable", failure))
        #expect(checks.rest() == [])
    }

    @Test func `checks of the next step do not mix with those of this one`() {
        var checks = PassedChecks()
        for number in 1...6 {
            _ = checks.receive(event(NodeID(step: "preflight", check: "\(number)"), .kept(StepResult("well"))))
        }
        let next = event("verify/1", .started)
        #expect(
            checks.receive(next) == [
                .group(.init(step: "preflight", passed: 6, took: nil), at: next.at), .event(next),
            ])
        let lines = RunLines(isColored: false)
        #expect(
            lines.line(.group(.init(step: "preflight", passed: 6, took: nil), at: next.at))
                == "00:00:00Z ok preflight: 6 checks passed (done earlier)")
        #expect(
            lines.line(.group(.init(step: "preflight", passed: 51, took: .milliseconds(412)), at: next.at))
                == "00:00:00Z ok preflight: 51 checks passed (0.4 s)")
    }
}
