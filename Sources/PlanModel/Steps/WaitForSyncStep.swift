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

extension WaitForSyncStep: StepSettings {
    private static let maxLagField = Field(
        "max-lag", .size, default: WaitForSyncStep().maxLag,
        "How far the target may be behind, in bytes of the replication stream.")
    private static let stableForField = Field(
        "stable-for", .duration(), default: WaitForSyncStep().stableFor,
        "How long it must have been that close without a break.")

    static var fields: [any FieldDeclaration] { [maxLagField, stableForField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        WaitForSyncStep(maxLag: reader.value(maxLagField), stableFor: reader.value(stableForField))
    }

    var spelledSettings: [(key: String, value: String)] {
        [Self.maxLagField.setting(maxLag), Self.stableForField.setting(stableFor)]
    }
}
