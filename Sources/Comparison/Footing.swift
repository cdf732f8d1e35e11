/// What a comparison stands on besides the two keyspaces.
package protocol Footing: Sendable {
    /// Waits until the server that follows has carried out all that the leading one had sent when this was called.
    /// Returns at once where neither follows the other.
    func catchUp() async throws

    /// Called every few seconds.
    /// - Throws: whatever voids what was compared so far, or stops the comparison.
    func check() async throws
}

/// Keeps where a comparison is, so that another one can go on there.
package protocol CheckpointKeeper: Sendable {
    /// Whether it is time for another checkpoint. Making one can take a moment.
    var isDue: Bool { get }

    func keep(_ checkpoint: ComparisonCheckpoint)
}
