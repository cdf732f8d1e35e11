import Execution
import PlanGraph
import Rehearsal
import Synchronization

/// How long each step of a run took, measured from the events of the run. The checks of a step count as part of it.
final class StepTimes: Sendable {
    private let times = Mutex<[(step: String, start: Timestamp, end: Timestamp)]>([])

    func note(_ event: RunEvent) {
        guard case .step(let node, _, let step) = event.kind else { return }
        let id = node.step
        times.withLock { times in
            switch step {
            case .started:
                if !times.contains(where: { $0.step == id }) { times.append((id, event.at, event.at)) }
            case .progress, .finding, .retrying, .paused, .interrupted, .kept: break
            case .succeeded, .warned, .failed:
                if let index = times.firstIndex(where: { $0.step == id }) { times[index].end = event.at }
            }
        }
    }

    /// In the order in which the steps began.
    var steps: [RehearsalVerdict.StepTime] {
        times.withLock { $0.map { .init(step: $0.step, wallTime: $0.start.duration(to: $0.end)) } }
    }
}
