/// What differs between two versions of a plan. Comments, the order of keys, the name and the description do not count.
package struct PlanChanges: Sendable, Equatable {
    /// A part of the plan outside its steps.
    package enum Section: String, Sendable, Hashable, CaseIterable {
        case source, target, sentinel, rollback, redact, notify

        /// Whether the section says which servers a run is about. The others do not touch what a run has done.
        package var namesServers: Bool {
            switch self {
            case .source, .target, .sentinel: true
            case .rollback, .redact, .notify: false
            }
        }
    }

    /// Ids of steps. Added and changed steps are in the order of the new plan, removed steps in that of the old one.
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
    /// What differs between `earlier` and this plan, for a person who is about to go on with this one.
    package func changes(since earlier: Plan) -> PlanChanges {
        let before = Dictionary(earlier.steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ids = Set(steps.map(\.id))
        var changes = PlanChanges()
        for step in steps {
            guard let old = before[step.id] else {
                changes.added.append(step.id)
                continue
            }
            if !step.means(old) { changes.changed.append(step.id) }
        }
        changes.removed = earlier.steps.map(\.id).filter { !ids.contains($0) }
        changes.sections = PlanChanges.Section.allCases.filter { section in
            switch section {
            case .source: source != earlier.source
            case .target: target != earlier.target
            case .sentinel: sentinel != earlier.sentinel
            case .rollback: rollback != earlier.rollback
            case .redact: redaction != earlier.redaction
            case .notify: receivers != earlier.receivers
            }
        }
        return changes
    }
}

extension Step {
    /// Whether both steps do the same, wherever they stand in their files, and in whatever order their needs are named.
    fileprivate func means(_ other: Step) -> Bool {
        kind == other.kind && Set(needs) == Set(other.needs) && timeout == other.timeout && retries == other.retries
    }
}
