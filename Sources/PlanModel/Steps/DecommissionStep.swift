/// Takes the old source, and the replicas that it had, out of service for good. The way back ends here.
package struct DecommissionStep: Sendable, Hashable {
    /// What the old servers are left as.
    package enum Resting: String, Codable, Sendable, Hashable, CaseIterable {
        /// They stand alone with their data and take no writes.
        case fenced
        /// They save their data and end.
        case shutdown
    }

    /// What becomes of the replicas that the source had before the cutover, and that may follow the target by now.
    package enum Replicas: String, Codable, Sendable, Hashable, CaseIterable {
        /// They are taken out of service, too.
        case withSource = "with-source"
        /// They stay replicas of the target.
        case keep
    }

    package var resting: Resting
    package var replicas: Replicas

    package init(resting: Resting = .fenced, replicas: Replicas = .withSource) {
        self.resting = resting
        self.replicas = replicas
    }
}

extension DecommissionStep: StepDeclaration {
    package static let name = StepKind.Name.decommission
    package static let meaning =
        "Takes the old source and its replicas out of the Sentinels and to rest, after the cutover. The way back ends here."
    /// A Sentinel that was reset finds the others within seconds; a last save takes as long as the data is large.
    package static let defaults = StepDefaults(timeout: .seconds(1_800), retries: 3)

    package var kind: StepKind { .decommission(self) }

    package func summary(_ scene: StepScene) -> String {
        let hasSentinels = scene.plan.sentinel != nil
        let who = scene.source + (replicas == .withSource ? " and the replicas that it had" : "")
        let forgotten = hasSentinels ? "has the Sentinels forget \(who), and " : ""
        let object = hasSentinels ? "them" : who
        let rest =
            switch resting {
            case .fenced: "leaves \(object) standing alone without taking writes"
            case .shutdown: "shuts \(object) down after a last save"
            }
        return "\(forgotten)\(rest); first makes sure that \(scene.target) is the only primary"
    }

    package func wayBack(_ scene: StepScene) -> String? { "none, and from here on none for the cutover either" }

    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension DecommissionStep: StepSettings {
    static var isOncePerPlan: Bool { true }
    static var prerequisites: [StepPrerequisite] {
        [
            StepPrerequisite(
                kind: .failover, absence: .isMistake, why: "could begin before the target is the primary"),
            StepPrerequisite(
                kind: .watch, absence: .isFine, why: "could end the way back that 'watch' keeps an eye on"),
        ]
    }

    private static let restingField = Field(
        "resting", .word(Resting.allCases), default: DecommissionStep().resting,
        """
        What the old servers are left as: fenced lets them stand alone with their data, without taking writes, also when \
        they are started again; shutdown has them save their data and end.
        """)
    private static let replicasField = Field(
        "replicas", .word(Replicas.allCases), default: DecommissionStep().replicas,
        """
        The replicas that the source had before the cutover: with-source takes them out of service, too; keep leaves them \
        as replicas of the target.
        """)

    static var fields: [any FieldDeclaration] { [restingField, replicasField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        DecommissionStep(resting: reader.value(restingField), replicas: reader.value(replicasField))
    }

    package var spelledSettings: [(key: String, value: String)] {
        [Self.restingField.setting(resting), Self.replicasField.setting(replicas)]
    }
}
