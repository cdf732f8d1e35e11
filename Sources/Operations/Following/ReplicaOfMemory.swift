/// What the target was like before `replicaof` changed it; kept in the state file until the step is undone.
struct ReplicaOfMemory: Codable, Equatable {
    /// Only a target that was empty is emptied again.
    var wasEmpty: Bool
    var credentials: ReplicationCredentials.Prior
    /// Set before the target is detached, so that an interrupted undo knows that the keys it finds came from the source.
    var isDetaching = false
    /// What the conditions compare with; read anew each time the target is made to follow.
    var baseline: RunBaseline?
}
