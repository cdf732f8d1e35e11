internal import Diagnostics

/// The cutover: from here on the target is the primary.
package struct FailoverStep: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable, CaseIterable {
        /// `SENTINEL FAILOVER`, which the Sentinels announce to clients.
        case sentinel
        /// `REPLICAOF NO ONE`, for plans without Sentinel.
        case promote
        /// The source is shut down and the Sentinels notice.
        case shutdown
    }

    package var method: Method
    /// How long writes to the source may stall while the target catches up.
    package var writePause: Duration

    package init(method: Method = .sentinel, writePause: Duration = .seconds(2)) {
        self.method = method
        self.writePause = writePause
    }
}

extension FailoverStep: StepSettings {
    static let via = Field(
        "via", .word(Method.allCases, planned: ["announce", "held", "fastest"]), default: FailoverStep().method,
        """
        How the target becomes the primary: sentinel asks a Sentinel to fail over; promote is for plans without \
        Sentinel; shutdown stops the source and lets the Sentinels notice.
        """)
    /// A pause keeps Sentinel's own PUBLISH waiting, so one that is as long as `down-after-milliseconds` makes Sentinel
    /// start a failover of its own. That setting is 30 s unless somebody changed it; preflight compares with the real
    /// one.
    static let writePauseField = Field(
        "write-pause", .duration(from: .milliseconds(1), to: .seconds(30)), default: FailoverStep().writePause,
        """
        How long writes to the source may stall while the target catches up. Shorter than Sentinel's \
        down-after-milliseconds.
        """
    )

    static var fields: [any FieldDeclaration] { [via, writePauseField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = FailoverStep(method: reader.value(via), writePause: reader.value(writePauseField))
        reader.planned(["replicas", "resting"])
        return step
    }

    var spelledSettings: [(key: String, value: String)] {
        [Self.via.setting(method), Self.writePauseField.setting(writePause)]
    }
}
