import Values

/// What `decommission` keeps in the state file.
struct DecommissionMemory: Codable, Equatable, Sendable {
    /// Whether a server may have been changed. It is written before the first change; from then on there is no way back.
    var hasBegun = false
    /// Whether those that stand alone now have written that to their files, so that they do not follow again when they are
    /// started.
    var areFilesWritten = false
    /// Those of them that could not, each with the reason.
    var unwritten: [String] = []
    /// The replicas that go with the source.
    var replicas: [OtherReplicas.Memory] = []
    /// The servers that may have been told to end. It is written before each of them is told.
    var stopping: [Endpoint] = []
}
