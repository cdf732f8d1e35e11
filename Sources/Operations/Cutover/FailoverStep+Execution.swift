import PlanGraph
import PlanModel

extension FailoverStep: StepExecution {
    static let role = StepGraph.Role.pointOfNoReturn

    func rights(at place: StepPlace) -> Rights {
        let plan = place.plan
        var rights =
            Cutover.rights(from: .source, to: .target, plan) + Conditions.rights(plan)
            + Candidacy.rights(plan) + Rights(at: [.source, .target], ConfigurationFile.rights)
        rights += SourceRest.rights(method == .shutdown ? .shutdown : resting, plan)
        if replicas == nil || replicas == .detach { rights += Sentinels.forgettingRights(plan) }
        if method.isAnnounced { rights += PrimaryAnnouncement.rights }
        if isFollowed { rights += ReplicationCredentials.rightsOfFollowers(of: .target, plan.target) }
        if plan.certainWayBack != .stop { rights += Return.rights(plan) }
        return rights
    }

    /// Whether the source, or one of its other replicas, may follow the target after the cutover.
    private var isFollowed: Bool {
        resting == .follow || resting == nil && method != .shutdown || replicas == .follow || replicas == nil
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the target becomes the primary") { servers, _, allowance in
                    FailoverOperation(servers: servers, step: self, allowance: allowance)
                }
            ]
        ]
    }
}

extension FailoverStep.Method {
    /// Whether planrun may tell the Sentinels itself who is primary.
    fileprivate var isAnnounced: Bool {
        switch self {
        case .announce, .fastest: true
        case .sentinel, .promote, .shutdown: false
        }
    }
}
