import Diagnostics
import Execution
import Operations
import PlanModel

/// A run that has carried a plan out, by its record: nothing is left to do for the plan, and nothing to check before it.
struct FinishedRun {
    let endedAt: Timestamp
    let statePath: String

    /// `nil` where the record tells of no such run, or the plan says by now that something else is to be done.
    init?(of plan: Plan, statePath: String?) async {
        let path = statePath ?? StateFile.path(forPlan: plan.file.path)
        guard
            let record = try? await FileStore(path: path, holder: .thisProcess(since: .now)).read(),
            record.status == .succeeded, record.planName == plan.name,
            let earlier = Plan.read(
                .init(path: record.planPath, text: record.plan), checks: PreflightCatalogue.declarations
            ).plan
        else { return nil }
        var changes = plan.changes(since: earlier)
        changes.sections.removeAll { $0 == .rollback }
        guard changes.isEmpty else { return nil }
        endedAt = record.updatedAt
        self.statePath = path
    }

    var help: String { "to begin a new run, move '\(statePath)' away first" }
}
