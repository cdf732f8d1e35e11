/// The users and passwords that stand in for those of a plan in a rehearsal, whose servers have their own.
package struct RehearsalCast: Sendable {
    /// As which user the Sentinels log in to source and target.
    package var watcher: (username: String?, password: SecretReference?)
    /// The password of every user that applications use.
    package var application: SecretReference
    /// The user that does nothing but follow the source, and its password, where there is one.
    package var replication: (username: String, password: SecretReference)?
    /// The password of every other user of the source.
    package var source: SecretReference

    package init(
        watcher: (username: String?, password: SecretReference?), application: SecretReference,
        replication: (username: String, password: SecretReference)?, source: SecretReference
    ) {
        self.watcher = watcher
        self.application = application
        self.replication = replication
        self.source = source
    }
}

/// What the private servers of a rehearsal must have besides what the plan says of source, target and Sentinels.
package struct RehearsalScene: Sendable {
    /// Whether the Sentinels watch the source from the start.
    package var isSourceWatched = true
    /// The user as which the target logs in to the source, where the plan names one.
    package var replicationUser: String?
    /// Users that only the source has.
    package var applicationUsers: [String] = []

    package init() {}
}

extension Plan {
    package var rehearsalScene: RehearsalScene {
        var scene = RehearsalScene()
        for step in steps { step.kind.declaration.demand(&scene) }
        return scene
    }

    /// The plan with its steps as a rehearsal carries them out, without those that it leaves out.
    package func rehearsed(_ cast: RehearsalCast) -> Plan {
        var plan = leavingOut { $0.kind.declaration.rehearsed(cast) == nil }
        for index in plan.steps.indices {
            plan.steps[index].kind = plan.steps[index].kind.declaration.rehearsed(cast)?.kind ?? plan.steps[index].kind
        }
        return plan
    }

    /// The plan without some of its steps. A step that needed one of them needs instead what that one needed.
    func leavingOut(_ isLeftOut: (Step) -> Bool) -> Plan {
        var plan = self
        var needsOfLeftOut: [String: [String]] = [:]
        for step in steps where isLeftOut(step) { needsOfLeftOut[step.id] = step.needs }
        plan.steps = steps.filter { needsOfLeftOut[$0.id] == nil }.map { step in
            var (step, open) = (step, step.needs)
            step.needs = []
            while let need = open.first {
                open.removeFirst()
                if let others = needsOfLeftOut[need] {
                    open = others + open
                } else if !step.needs.contains(need) {
                    step.needs.append(need)
                }
            }
            return step
        }
        return plan
    }
}
