/// Logins for a rehearsal. Its private servers have users and passwords of their own, which take the place of those in
/// the plan.
package struct RehearsalCast: Sendable {
    /// The login of the Sentinels at source and target.
    package var watcher: (username: String?, password: SecretReference?)
    /// The password of every user that applications use.
    package var application: SecretReference
    /// The user that only replicates, and its password; `nil` if the rehearsal has no such user.
    package var replication: (username: String, password: SecretReference)?
    /// The password of every other user of the source.
    package var source: SecretReference
    /// Whether the commands of `run` steps are really run, and receivers told.
    package var runsCommands: Bool

    package init(
        watcher: (username: String?, password: SecretReference?), application: SecretReference,
        replication: (username: String, password: SecretReference)?, source: SecretReference,
        runsCommands: Bool = false
    ) {
        self.watcher = watcher
        self.application = application
        self.replication = replication
        self.source = source
        self.runsCommands = runsCommands
    }
}

/// What the private servers of a rehearsal need beyond what the plan says of source, target and Sentinels. The steps of
/// the plan fill it in.
package struct RehearsalScene: Sendable {
    /// Whether the Sentinels watch the source from the start.
    package var isSourceWatched = true
    /// The user with which the target logs in to the source, if the plan names one.
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

    /// The plan as a rehearsal carries it out: steps that make no sense there are left out, the others are adapted.
    package func rehearsed(_ cast: RehearsalCast) -> Plan {
        var plan = leavingOut { $0.kind.declaration.rehearsed(cast) == nil }
        if !cast.runsCommands { plan.receivers = [] }
        for index in plan.steps.indices {
            plan.steps[index].kind = plan.steps[index].kind.declaration.rehearsed(cast)?.kind ?? plan.steps[index].kind
        }
        return plan
    }

    /// The plan without some of its steps. A step that needed a removed step now needs whatever the removed step
    /// needed.
    package func leavingOut(_ isLeftOut: (Step) -> Bool) -> Plan {
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
