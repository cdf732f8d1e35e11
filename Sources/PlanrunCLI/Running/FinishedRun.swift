import Diagnostics
import Execution
import Operations
import PlanModel

/// A run that has carried a plan out, by its record: nothing is left to do for the plan, and nothing to check before it.
struct FinishedRun {
    let endedAt: Timestamp

    /// `nil` where the record tells of no such run, or the plan says by now that something else is to be done.
    init?(of plan: Plan, _ option: RecordOption) async {
        guard
            let record = try? await option.store(forPlan: plan.file.path).read(),
            record.status == .succeeded, record.planName == plan.name, let earlier = record.recordedPlan
        else { return nil }
        var changes = record.completing(plan).changes(since: earlier)
        changes.sections.removeAll { !$0.namesServers }
        guard changes.isEmpty else { return nil }
        endedAt = record.updatedAt
    }
}

extension CommandLines {
    /// How a plan that was carried out, and has changed since, is carried out.
    var newRun: NextCommand {
        next("apply", arguments: ["--new-run"], "begin a new run; the old one can then no longer be rolled back")
    }
}
