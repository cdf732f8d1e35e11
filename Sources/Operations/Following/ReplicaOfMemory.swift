import Values

/// The state of the target before `replicaof` changed it. It is kept in the state file until the step is undone.
struct ReplicaOfMemory: Codable, Equatable {
    /// Undo empties only a target that was empty.
    var wasEmpty: Bool
    var credentials: ReplicationCredentials.Prior
    /// `replica-priority`, which is 0 until the target has everything; `nil` where no Sentinel could promote it, or where it has
    /// no such setting.
    var priority: String?
    /// Whether it followed the source before the run, so that it goes on doing so. `nil` is no.
    var followedBefore: Bool?
    /// The source that the plan named before, while the target may still follow it; `nil` where the plan still names the
    /// first one.
    var former: Endpoint?
    /// Whether the target could not write its configuration file when it began to follow, so that nothing of this run
    /// stands there. `nil` is no.
    var isFileRefused: Bool?
    /// Set before the target is detached, so that after an interruption undo knows that the target's keys came from the
    /// source.
    var isDetaching = false
    /// Whether the server that took the place of the source had everything that the target had, when the target was
    /// detached; `nil` is no.
    var isCopied: Bool?
    /// The values that the conditions compare with. They are read anew each time that planrun makes the target follow.
    var baseline: RunBaseline?
}
