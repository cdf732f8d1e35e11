/// The server software of an instance, as a plan names it and as a server says it.
package enum Engine: String, Sendable, Hashable, Codable, CaseIterable {
    case redis, valkey, dragonfly

    /// Whether a replica of that engine never gets in sync with a primary of this engine. Dragonfly as a primary does
    /// not speak PSYNC, and a Redis or Valkey that follows it would try again several hundred times a second.
    package func rulesOut(replica: Engine) -> Bool { self == .dragonfly && replica != .dragonfly }
}
