package import Values

extension FailoverStep {
    /// How the source comes to rest. `plan` and `apply` both ask here, so that `plan` announces what `apply` does.
    /// - Parameters:
    ///   - canFollow: whether the source could be a replica of the target.
    ///   - source: a Dragonfly has no setting that closes it to writes. It is left as a replica, which takes none either.
    package func resting(canFollow: Bool, source: Engine) -> Resting {
        if method == .shutdown { return .shutdown }
        let resting = resting ?? (canFollow ? .follow : .fenced)
        return resting == .fenced && source == .dragonfly ? .follow : resting
    }

    /// How the source comes to rest, if the plan alone decides it; `nil` if it depends on the versions of the servers.
    package func certainResting(_ plan: Plan) -> Resting? {
        let otherwise = resting(canFollow: false, source: plan.source.engine)
        if plan.target.engine.rulesOut(replica: plan.source.engine) { return otherwise }
        return otherwise == resting(canFollow: true, source: plan.source.engine) ? otherwise : nil
    }

    /// The half of the summary that says what becomes of the source. Without an answer of the servers it may have to
    /// name two possibilities.
    func rest(_ scene: StepScene) -> String {
        func deed(_ resting: Resting) -> String { resting.deed(scene.source, hasSentinels: scene.plan.sentinel != nil) }
        if let resting = scene.resting ?? certainResting(scene.plan) { return deed(resting) }
        return "\(deed(.follow)), or, where its version cannot follow, \(deed(.fenced))"
    }
}

extension FailoverStep.Resting {
    /// What a cutover does with the source.
    /// - Parameter hasSentinels: whether there are Sentinels, which must forget a source that stands alone.
    package func deed(_ source: String, hasSentinels: Bool) -> String {
        switch self {
        case .follow: "makes \(source) its replica"
        case .fenced: "leaves \(source) standing alone without taking writes" + Self.forgotten(hasSentinels)
        case .shutdown: "shuts \(source) down"
        }
    }

    /// What has become of the source, in a clause that goes on after the target was named.
    package func end(_ source: Endpoint, hasSentinels: Bool) -> String {
        switch self {
        case .follow: "\(source) follows it"
        case .fenced: "\(source) stands alone without taking writes" + Self.forgotten(hasSentinels)
        case .shutdown: "\(source) is shut down"
        }
    }

    private static func forgotten(_ hasSentinels: Bool) -> String { hasSentinels ? ", forgotten by the Sentinels" : "" }
}
