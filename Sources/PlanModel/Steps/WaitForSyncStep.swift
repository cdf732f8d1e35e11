package import Values

/// Waits until the target has everything the source has, and keeps up.
package struct WaitForSyncStep: Sendable, Hashable {
    /// Bytes of the replication stream the target may be behind.
    package var maxLag: ByteCount
    /// How long the lag must stay within `maxLag`.
    package var stableFor: Duration

    package init(maxLag: ByteCount = ByteCount(bytes: 64 * 1024), stableFor: Duration = .seconds(5)) {
        self.maxLag = maxLag
        self.stableFor = stableFor
    }
}

extension WaitForSyncStep: StepDeclaration {
    package static let name = StepKind.Name.waitForSync
    package static let meaning =
        "Waits until the target has everything the source has, and keeps up."
    /// Enough for 300 GiB at 50 MiB/s.
    package static let defaults = StepDefaults(timeout: .seconds(7_200))

    package var kind: StepKind { .waitForSync(self) }

    package func summary(_ scene: StepScene) -> String {
        "waits until the lag is \(maxLag.planText) at most for \(stableFor.planText)"
    }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension WaitForSyncStep: StepSettings {
    static let belongsBeforeFailover = true
    static var prerequisites: [StepPrerequisite] {
        [
            StepPrerequisite(
                kind: .replicaof, absence: .isMistake, why: "could begin before the target follows the source")
        ]
    }

    private static let maxLagField = Field(
        "max-lag", .size, default: WaitForSyncStep().maxLag, weaker: .higher,
        "How far the target may be behind, in bytes of the replication stream.")
    private static let stableForField = Field(
        "stable-for", .duration(), default: WaitForSyncStep().stableFor, weaker: .lower,
        "How long it must have been that close without a break.")

    static var fields: [any FieldDeclaration] { [maxLagField, stableForField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        WaitForSyncStep(maxLag: reader.value(maxLagField), stableFor: reader.value(stableForField))
    }

    package var spelledSettings: [(key: String, value: String)] {
        [Self.maxLagField.setting(maxLag), Self.stableForField.setting(stableFor)]
    }
}
