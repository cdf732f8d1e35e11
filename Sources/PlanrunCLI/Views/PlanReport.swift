import Execution
import Operations
import PlanGraph
import PlanModel

/// What would happen if the plan were carried out now: the result of `planrun plan`, for every renderer.
struct PlanReport: Encodable, Sendable {
    struct Entry: Encodable, Sendable {
        enum Action: String, Encodable, Sendable {
            /// The step only reads.
            case check
            case wait
            case ask
            /// The step changes servers.
            case change
            /// The step is done already, according to the servers.
            case nothing
        }

        var id: String
        var kind: String
        var action: Action
        var does: String
        var undo: String?
        var isPointOfNoReturn: Bool
        var needs: [String]
        var settings: [String: String]
        /// What the step would do or find on the servers as they are now; `does` comes from the plan alone.
        var outlook: [String]
        var findings: [Finding]
    }

    struct Finding: Encodable, Sendable {
        enum Verdict: String, Encodable, Sendable {
            case passed, warned, failed
            /// What failed made it useless to ask.
            case notAsked = "not-asked"
        }

        var check: NodeID
        var verdict: Verdict
        var saw: String
        var help: [String]
    }

    var format = 1
    var name: String
    var path: String
    /// Whether the servers were asked.
    var isLive: Bool
    /// When a run carried the plan out: then nothing is left to do.
    var carriedOut: Timestamp?
    var steps: [Entry]
    var wayBack: String

    var hasFailures: Bool { steps.contains { $0.findings.contains { $0.verdict == .failed } } }
    var hasChanges: Bool { steps.contains { $0.action == .change } }

    var summary: String {
        if let carriedOut { return "nothing to do: '\(name)' was carried out at \(carriedOut)" }
        let changes = steps.filter { $0.action == .change }.map { "'\($0.id)'" }
        let failures = steps.flatMap(\.findings).count { $0.verdict == .failed }
        let warnings = steps.flatMap(\.findings).count { $0.verdict == .warned }
        var text =
            changes.isEmpty
            ? "nothing to do"
            : "\(changes.count.counted("step changes", "steps change")) servers: \(changes.joined(separator: ", "))"
        if failures > 0 { text += "; \(failures.counted("failed check", "failed checks")): apply would stop there" }
        if !isLive { text += "; no server was asked" }
        if warnings > 0 { text += "; \(warnings.counted("warning", "warnings"))" }
        return text
    }
}
