/// What differs between two versions of a plan. Comments, the order of keys, the name and the description do not count.
package struct PlanChanges: Sendable, Equatable {
    /// A part of the plan outside its steps.
    package enum Section: String, Sendable, Hashable, CaseIterable {
        case source, target, sentinel, rollback
    }

    /// Ids of steps, in the order of the plan they stand in.
    package var added: [String]
    package var removed: [String]
    package var changed: [String]
    package var sections: [Section]

    package init(
        added: [String] = [], removed: [String] = [], changed: [String] = [], sections: [Section] = []
    ) {
        self.added = added
        self.removed = removed
        self.changed = changed
        self.sections = sections
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && sections.isEmpty }
}

extension Plan {
    package func changes(since earlier: Plan) -> PlanChanges { PlanChanges() }
}
