import Execution
import PlanModel

extension RunState {
    /// The plan with the step that a verb has added to this run, unless the plan has one of its own by now.
    func completing(_ plan: Plan) -> Plan {
        guard let added, let step = DecommissionStep(added) else { return plan }
        return plan.ending(with: step)
    }
}

extension Plan {
    /// The plan with a last step that takes the old servers out of service, unless it has one.
    func ending(with decommission: DecommissionStep) -> Plan {
        guard self.decommission == nil, let last = steps.last else { return self }
        let awaited = Set(steps.flatMap(\.needs))
        let name = DecommissionStep.name.rawValue
        var id = name
        while steps.contains(where: { $0.id == id }) { id += "-2" }
        var plan = self
        plan.steps.append(
            Step(
                id: id, kind: .decommission(decommission), needs: steps.map(\.id).filter { !awaited.contains($0) },
                timeout: DecommissionStep.defaults.timeout, retries: DecommissionStep.defaults.retries,
                // It is written nowhere. Messages about it point at the end of the plan.
                range: last.range))
        return plan
    }
}

extension AddedStep {
    init(_ step: DecommissionStep) {
        self.init(
            kind: DecommissionStep.name.rawValue,
            settings: Dictionary(step.spelledSettings.map { ($0.key, $0.value) }) { $1 })
    }
}

extension DecommissionStep {
    /// `nil` for a step of another kind, or one that this planrun does not know.
    init?(_ added: AddedStep) {
        guard added.kind == Self.name.rawValue,
            let resting = added.settings["resting"].flatMap(Resting.init),
            let replicas = added.settings["replicas"].flatMap(Replicas.init)
        else { return nil }
        self.init(resting: resting, replicas: replicas)
    }
}
