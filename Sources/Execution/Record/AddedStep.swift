/// A step that a verb has added to a run after the steps of its plan.
package struct AddedStep: Sendable, Equatable, Codable {
    /// The kind of the step, as a plan spells it.
    package let kind: String
    /// Its settings, as a plan spells them.
    package let settings: [String: String]

    package init(kind: String, settings: [String: String]) {
        self.kind = kind
        self.settings = settings
    }
}

extension RunState {
    /// The same run, which carries out one more step than the plan has.
    package func adding(_ step: AddedStep) -> RunState {
        var state = self
        state.added = step
        return state
    }
}
