import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel

/// What would happen if the plan were carried out now: the result of `planrun plan`, for every renderer.
struct PlanReport: Codable, Sendable {
    struct Entry: Codable, Sendable {
        enum Action: String, Codable, Sendable {
            /// The step only reads.
            case check
            case wait
            case ask
            /// The step changes servers.
            case change
            /// The step is done already, according to the servers.
            case nothing
            /// The run that has begun has done the step, according to its record.
            case done
        }

        var id: String
        var kind: String
        var action: Action
        var does: String
        var undo: String?
        var isPointOfNoReturn: Bool
        var needs: [String]
        var settings: [String: String]
        /// What the step says differently from the standard.
        var deviations: [Deviation]
        /// The checks of the step that are not asked.
        var checksOff: [CheckOff]
        /// What the step would do or find on the servers as they are now; `does` comes from the plan alone.
        var outlook: [String]
        var findings: [Finding]
        /// What the step sends to change servers, in this order, if nothing goes wrong.
        var commands: [CommandLine] = []
        var waysBack: [WayBack] = []
    }

    /// A command as a person types it in `redis-cli`. It holds no secret.
    struct CommandLine: Codable, Sendable {
        /// `target 10.0.0.2:6379`
        var server: String
        var command: String
        var why: String
        /// What the server has to answer.
        var answer: String
        /// When it is sent, where that is not certain.
        var condition: String?
    }

    /// The commands that take a step back.
    struct WayBack: Codable, Sendable {
        /// From where, if the step has several ways back: `before the promotion`.
        var start: String?
        var commands: [CommandLine]
    }

    struct CheckOff: Codable, Sendable {
        var id: String
        /// What nobody asks: `the source is a primary`.
        var title: String
    }

    /// What a careful reviewer would say about the plan.
    struct Remark: Codable, Sendable {
        var rule: String
        var severity: Diagnostic.Severity
        var line: Int
        var message: String
        var help: [String]
    }

    struct Finding: Codable, Sendable {
        enum Verdict: String, Codable, Sendable {
            case passed, warned, failed
            /// What failed made it useless to ask.
            case notAsked = "not-asked"
        }

        var check: NodeID
        var verdict: Verdict
        var saw: String
        var help: [String]
    }

    struct UnfinishedRun: Codable, Sendable {
        var startedAt: Timestamp
        var status: RunState.Status
        /// What the plan says now and did not say when the run began, one sentence each.
        var planChanges: [String]
    }

    /// Somebody who is told of the run.
    struct Told: Codable, Sendable {
        var name: String
        /// `webhook`, or the command.
        var way: String
        var events: [Occasion]

        init(_ receiver: Receiver) {
            (name, events) = (receiver.name, receiver.occasions)
            way =
                switch receiver.channel {
                case .command(let command): RunStep.line(command.command)
                case .webhook: "webhook"
                }
        }
    }

    var format = 1
    var name: String
    var path: String
    /// Whether the servers were asked.
    var isLive: Bool
    /// When a run carried the plan out: then nothing is left to do.
    var carriedOut: Timestamp?
    /// The run of the plan that has begun and is not finished.
    var unfinished: UnfinishedRun?
    var topology: TopologyForecast
    /// `nil` where it was not asked for.
    var estimate: RunEstimate?
    var steps: [Entry]
    /// In the order of the plan.
    var review: [Remark]
    var wayBack: String
    /// `nil` if the plan tells nobody.
    var told: [Told]?

    /// How much a careful reviewer would say: `2 warnings, 3 notes`; `nil` if nothing.
    var reviewCount: String? { review.isEmpty ? nil : TextRenderer.count(review.map(\.severity)) }

    var hasFailures: Bool { steps.contains { $0.findings.contains { $0.verdict == .failed } } }
    var hasChanges: Bool { steps.contains { $0.action == .change } }

    var summary: String {
        if let carriedOut { return "nothing to do: '\(name)' was carried out at \(carriedOut)" }
        let changes = steps.filter { $0.action == .change }.map { "'\($0.id)'" }
        let failures = steps.flatMap(\.findings).count { $0.verdict == .failed }
        let warnings = steps.flatMap(\.findings).count { $0.verdict == .warned }
        var text =
            unfinished.map { run in
                let done = steps.count { $0.action == .done }
                return
                    "\(done) of \(steps.count.counted("step", "steps")) done by the run that began at \(run.startedAt); "
            } ?? ""
        text +=
            changes.isEmpty
            ? "nothing to do"
            : "\(changes.count.counted("step changes", "steps change")) servers: \(changes.joined(separator: ", "))"
        if failures > 0 { text += "; \(failures.counted("failed check", "failed checks")): apply would stop there" }
        let off = steps.flatMap(\.checksOff).count
        if off > 0, !changes.isEmpty { text += "; \(off.counted("check is", "checks are")) switched off" }
        if !isLive { text += "; no server was asked" }
        if warnings > 0 { text += "; \(warnings.counted("warning", "warnings"))" }
        return text
    }
}
