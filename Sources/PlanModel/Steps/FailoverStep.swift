internal import Diagnostics
internal import Values
internal import YAMLTree

/// The cutover: from here on the target is the primary.
package struct FailoverStep: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable, CaseIterable {
        /// A Sentinel is asked to fail over (`SENTINEL FAILOVER`), and the Sentinels announce the target to clients.
        case sentinel
        /// planrun swaps the roles itself. It then tells each Sentinel the new primary's address, in a hello message
        /// that names another Sentinel as its sender.
        case announce
        /// `announce` where it is possible, else `sentinel`.
        case fastest
        /// planrun promotes the target itself (`REPLICAOF NO ONE`); for plans without Sentinel.
        case promote
        /// The source is shut down and the Sentinels notice.
        case shutdown
    }

    /// What the source is left as once the target is the primary: a replica of it, alone behind a fence, or stopped.
    package enum Resting: String, Codable, Sendable, Hashable, CaseIterable {
        /// It follows the target.
        case follow
        /// It stands alone and takes no writes. Where there are Sentinels, they forget it.
        case fenced
        case shutdown
    }

    /// What becomes of the source's other replicas.
    package enum OtherReplicas: String, Codable, Sendable, Hashable, CaseIterable {
        /// They follow the target.
        case follow
        /// Forgotten by the Sentinels, they stand alone with the data of the cutover and take no writes.
        case detach
        /// They are left to the Sentinels, which make them follow the target in their own time.
        case leave
    }

    package var method: Method
    /// How long writes to the source may stall while the target catches up.
    package var writePause: Duration
    /// `nil`: the source follows if the target's engine and version let it, else it is fenced.
    package var resting: Resting?
    /// `nil`: they follow if the target's engine and version let them, else they are detached.
    package var replicas: OtherReplicas?
    /// How old the last comparison of values may be; `nil`: none is needed.
    package var verifiedWithin: Duration?

    package init(
        method: Method = .sentinel, writePause: Duration = .seconds(2), resting: Resting? = nil,
        replicas: OtherReplicas? = nil, verifiedWithin: Duration? = nil
    ) {
        self.method = method
        self.writePause = writePause
        self.resting = resting
        self.replicas = replicas
        self.verifiedWithin = verifiedWithin
    }
}

extension FailoverStep: StepDeclaration {
    package static let name = StepKind.Name.failover
    package static let meaning =
        "The cutover: the target becomes the primary. The point of no return."
    /// If the target does not catch up in time, the attempt has changed nothing, so another one may follow.
    package static let defaults = StepDefaults(timeout: .seconds(120), retries: 3)

    package var kind: StepKind { .failover(self) }

    package func summary(_ scene: StepScene) -> String {
        let (source, target) = (scene.source, scene.target)
        let condition =
            verifiedWithin.map { "if the keys were compared less than \($0.planText) before: " } ?? ""
        let pause =
            condition
            + "holds writes to \(source) back (for \(writePause.planText) at most while \(target) catches up)"
        let rest =
            rest(scene)
            + "; both write their role and all settings, also what others have set, to their configuration files"
        switch method {
        case .sentinel: return "\(pause), has the Sentinels promote \(target), and \(rest)"
        case .announce: return "\(pause), promotes \(target), tells every Sentinel, and \(rest)"
        case .fastest:
            return "\(pause), has \(target) promoted in the fastest way that the Sentinels allow, and \(rest)"
        case .promote: return "\(pause), promotes \(target), and \(rest)"
        case .shutdown: return "\(pause), shuts \(source) down, and waits until the Sentinels promote \(target)"
        }
    }

    package func wayBack(_ scene: StepScene) -> String? {
        switch scene.afterCutover ?? scene.plan.certainWayBack {
        case .keep: "\(scene.source) is promoted again by the same handover in the other direction; no write is lost"
        case .discardWrites: "\(scene.source) is promoted again; writes that it does not have are lost"
        case .stop: "before the promotion the write pause is lifted; after it there is none"
        case nil:
            "where \(scene.source) can follow the target, it is promoted again by the same handover in the other direction, and no write is lost; else there is none after the promotion"
        }
    }

    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension FailoverStep: StepSettings {
    static var isOncePerPlan: Bool { true }
    static var prerequisites: [StepPrerequisite] {
        [
            StepPrerequisite(
                kind: .waitForSync, absence: .isMistake, why: "could begin before the target is in sync"),
            StepPrerequisite(
                kind: .monitor, absence: .isFine, why: "could begin before the Sentinels watch the source"),
        ]
    }

    static let via = Field(
        "via", .word(Method.allCases), default: FailoverStep().method,
        """
        How the target becomes the primary: sentinel asks a Sentinel to fail over; announce swaps the roles and tells \
        each Sentinel (two or more are needed); fastest takes announce where it is possible, else sentinel; promote is for \
        plans without Sentinel; shutdown stops the source and lets the Sentinels notice.
        """)
    /// A pause holds back the hello that each Sentinel publishes on the source, and the Sentinel's PING waits behind
    /// it. A pause as long as `down-after-milliseconds` therefore makes Sentinels start a failover of their own. That
    /// setting is 30 s unless somebody changed it; preflight compares the pause with the real one.
    static let writePauseField = Field(
        "write-pause", .duration(from: .milliseconds(1), to: .seconds(30)), default: FailoverStep().writePause,
        weaker: .higher,
        """
        How long writes to the source may stall while the target catches up. Shorter than Sentinel's \
        down-after-milliseconds.
        """
    )

    static let restingField = Field(
        "resting", .word(Resting.allCases),
        """
        How the source comes to rest after the cutover: follow makes it a replica of the target; fenced has the \
        Sentinels forget it and lets it stand alone without taking writes; shutdown stops it. Without it: follow where \
        the target lets it, else fenced.
        """)
    static let replicasField = Field(
        "replicas", .otherReplicas,
        """
        The source's other replicas: none of them is promoted; after the cutover they follow the target, are detached \
        (forgotten by the Sentinels, alone, without taking writes), or are left to the Sentinels. Without it: follow \
        where the target lets them, else detach.
        """)

    static let verifiedWithinField = Field(
        "verified-within", .duration(from: .seconds(1)), weaker: .higher,
        """
        How long ago the last comparison of values ('verify' with 'data: full' or 'data: sample') may have ended when \
        the cutover begins. If it is longer ago, the run stops, and 'resume' compares again.
        """)

    static var fields: [any FieldDeclaration] {
        [via, writePauseField, restingField, replicasField, verifiedWithinField]
    }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = FailoverStep(
            method: reader.value(via), writePause: reader.value(writePauseField),
            resting: reader.optional(restingField), replicas: reader.optional(replicasField),
            verifiedWithin: reader.optional(verifiedWithinField))
        if step.method == .shutdown, let resting = step.resting, resting != .shutdown {
            reader.collector.error(
                .contradictingSettings, "'resting: \(resting.rawValue)' contradicts 'via: shutdown'",
                at: reader.range(of: restingField.key),
                help: ["leave 'resting' out: a source that was shut down stays so"])
        }
        return step
    }

    package var spelledSettings: [(key: String, value: String)] {
        [
            Self.via.setting(method), Self.writePauseField.setting(writePause), resting.map(Self.restingField.setting),
            replicas.map(Self.replicasField.setting), verifiedWithin.map(Self.verifiedWithinField.setting),
        ].compactMap(\.self)
    }
}

extension ValueType where Value == FailoverStep.OtherReplicas {
    private static var afterCutover: Field<Value> {
        Field("after-cutover", .word(), "What becomes of them once the target is the primary.")
    }

    fileprivate static var otherReplicas: Self {
        Self(
            expected: "a mapping such as { after-cutover: follow }",
            read: { node, site in
                guard node.entries != nil, var reader = MappingReader(node, site) else {
                    site.reportWrongType(node, expected: "a mapping such as { after-cutover: follow }")
                    return nil
                }
                let rule = reader.required(afterCutover)
                reader.finish()
                return rule
            },
            spell: { "{ \(afterCutover.key): \($0.rawValue) }" },
            schema: [
                "type": "object", "properties": .object([afterCutover.schemaMember]), "additionalProperties": false,
                "required": .array([.string(afterCutover.key)]),
            ], example: .object([SchemaValue.Member(key: afterCutover.key, value: "follow")]))
    }
}
