import Diagnostics
import Execution
import Operations
import PlanModel

extension RunState {
    /// The plan with which the run began, whatever the plan file says by now, with the step that a verb has added to it;
    /// `nil` if this planrun cannot read it.
    var recordedPlan: Plan? {
        Plan.read(.init(path: planPath, text: plan), checks: PreflightCatalogue.declarations).plan
            .map(completing)
    }
}
