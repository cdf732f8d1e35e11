import Diagnostics
import Execution
import Operations
import PlanModel

extension RunState {
    /// The plan with which the run began, whatever the plan file says by now, with the step that a verb has added to it;
    /// `nil` if this planrun cannot read it.
    var recordedPlan: Plan? { Plan.recorded(plan, path: planPath).map(completing) }
}

extension Plan {
    /// A plan whose text a record has kept; `nil` if this planrun cannot read it.
    static func recorded(_ text: String, path: String) -> Plan? {
        read(.init(path: path, text: text), checks: PreflightCatalogue.declarations).plan
    }
}
