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
