package import Execution
import PlanModel
import RESP
import Values

/// Carries out a check as a node of the graph.
///
/// A check that rests on another one that failed, or on a server that does not answer, is not asked: its finding and its
/// advice would lead away from the cause. What passes by itself is waited for.
package struct CheckOperation: Operation {
    let check: any Check
    let severity: CheckSeverity
    let limits: CheckLimits
    let servers: Servers
    /// The checks without which this one makes no sense, and that end the run where they fail.
    var causes: [AskedCheck] = []

    package func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    package func perform(_ context: StepContext) async throws {}

    package func verify(_ context: StepContext) async throws -> StepResult {
        try await refuseConsequence()
        let finding = try await settledFinding(context)
        if finding.passes { return StepResult(finding.saw) }
        if context.isLook, let limit = finding.passesWithin {
            return StepResult(
                "\(finding.saw); apply waits up to \(limit.planText) for this to pass", verdict: .warned,
                help: finding.remedy)
        }
        guard finding.isBinding else { return StepResult(finding.saw, verdict: .warned, help: finding.remedy) }
        switch severity {
        case .fail:
            throw StepFailure(
                code: .check(type(of: check).declaration), what: finding.saw, wanted: finding.wants,
                place: finding.place,
                world: ["checks change nothing"], help: finding.remedy)
        case .warn:
            return StepResult("\(finding.saw); wanted: \(finding.wants)", verdict: .warned, help: finding.remedy)
        case .off: preconditionFailure("a check that is off has no node")
        }
    }

    package func undo(_ context: StepContext) async throws -> StepResult? { nil }

    /// What the check finds once what passes by itself has passed, or has lasted too long.
    private func settledFinding(_ context: StepContext) async throws -> Finding {
        let watch = Stopwatch(context.clock)
        while true {
            let finding = try await finding()
            guard !finding.passes, let limit = finding.passesWithin, !context.isLook, watch.elapsed < limit else {
                return finding
            }
            if context.isDraining { throw CancellationError() }
            context.report(
                Progress(finding.wants, now: finding.saw, remaining: max(.zero, limit - watch.elapsed)))
            try await context.clock.sleep(for: .milliseconds(500))
        }
    }

    /// What the check found. If a check of severity `warn` gets no answer, it warns too: no answer could have stopped
    /// the run.
    private func finding() async throws -> Finding {
        do {
            return try await check.run(servers, limits: limits)
        } catch let failure as StepFailure {
            try await refuseSilence(failure)
            guard severity == .warn else { throw failure }
            return .missed(
                "this check could not be made: \(failure.what)", wants: "an answer", at: failure.place,
                remedy: failure.help)
        }
    }
}

extension CheckOperation {
    private func refuseConsequence() async throws {
        for cause in causes {
            // A cause that gets no answer says nothing about this check.
            guard let finding = try? await servers.finding(cause) else { continue }
            if !finding.passes, finding.isBinding { throw notAsked("'\(cause.id)' failed") }
        }
    }

    /// A server that does not answer is reported by `reachable`, and by no other check.
    private func refuseSilence(_ failure: StepFailure) async throws {
        let reachable = AskedCheck(check: ReachableCheck(), limits: CheckLimits(ReachableCheck.declaration, plan: nil))
        guard SessionError.Code.allCases.contains(where: { failure.code == .session($0) }),
            let finding = try? await servers.finding(reachable), !finding.passes,
            let silent = failure.place.first(where: finding.place.contains)
        else { return }
        throw notAsked("\(silent) does not answer")
    }

    private func notAsked(_ why: String) -> StepFailure {
        StepFailure(code: .notAsked, what: "not asked: \(why)", world: ["checks change nothing"])
    }
}

extension StepFailure {
    /// Whether a check was not asked because of another failure, which is the one to report.
    package var isConsequence: Bool { code == .operation(.notAsked) }
}
