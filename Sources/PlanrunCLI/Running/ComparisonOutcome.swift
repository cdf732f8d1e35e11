import Comparison
import Execution
import Operations
import Synchronization

/// How a comparison ended. What was found until then is in the summary.
enum ComparisonOutcome: Sendable {
    case ended(ComparisonSummary)
    case stopped(ComparisonSummary)
    case failed(StepFailure, ComparisonSummary)

    var summary: ComparisonSummary {
        switch self {
        case .ended(let summary), .stopped(let summary), .failed(_, let summary): summary
        }
    }

    /// Whether all keys were compared, and all that was to be written is written.
    var isComplete: Bool { if case .ended = self { true } else { false } }

    var status: ExitStatus {
        switch self {
        case .ended(let summary): summary.report.differing == 0 ? .success : .failure
        case .stopped: .stopped
        case .failed: .failure
        }
    }

    /// Puts the file with the differences in its place if all of them are in it.
    func completing(_ file: DifferencesFile) -> ComparisonOutcome {
        switch self {
        case .ended(let summary):
            do {
                try file.complete()
                return self
            } catch {
                return .failed(error, summary)
            }
        case .stopped, .failed:
            file.close()
            return self
        }
    }
}

/// What is known of a comparison that goes on.
final class LatestComparison: Sendable {
    private let state = Mutex<(leader: Side?, report: ComparisonReport)>((nil, ComparisonReport()))

    func note(leader: Side?) { state.withLock { $0.leader = leader } }

    func note(_ progress: ComparisonProgress) { state.withLock { $0.report = progress.report } }

    func summary(_ scope: ComparisonScope) -> ComparisonSummary {
        state.withLock { ComparisonSummary(report: $0.report, scope: scope, leader: $0.leader, touching: []) }
    }
}
