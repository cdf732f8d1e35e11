import RedisTopology
import Values

/// A combination of engines and versions whose replication is known to go wrong, and the release of the target that
/// fixed it.
struct KnownPair: Sendable {
    /// The public issues and pull requests that describe it.
    let issues: [String]
    /// What goes wrong, as a phrase with the target as its subject.
    let happens: String
    let fixedIn: ServerVersion
    let concerns: @Sendable (VersionPair) -> Bool

    /// All of these are about an old Dragonfly as the target. The problem that was fixed last comes first.
    static let all: [KnownPair] = [
        KnownPair(
            issues: ["dragonfly#4159"], happens: "does not load streams as redis 7 and valkey write them",
            fixedIn: .of(1, 26)
        ) { ($0.format ?? 0) >= 10 },
        KnownPair(
            issues: ["dragonfly#3922"],
            happens: "leaves writes out that the source sends as transactions, as redis 7.2 and valkey do",
            fixedIn: .of(1, 24)
        ) { $0.source.engine == .valkey || ($0.source.engine == .redis && $0.source.version >= .of(7, 2)) },
        KnownPair(
            issues: ["dragonfly#3596"],
            happens: "does not show how far it has followed (slave_repl_offset), so no cutover could wait for it",
            fixedIn: .of(1, 22)
        ) { _ in true },
        KnownPair(
            issues: ["dragonfly#706", "dragonfly#2936", "dragonfly#3467"],
            happens:
                "calls itself 'role:replica', which Sentinel does not read: its priority and offset stay unknown, and it could be promoted before it has everything",
            fixedIn: .of(1, 22)
        ) { $0.isUnderSentinel && !$0.settings.saysSlave },
        KnownPair(
            issues: ["dragonfly#3202"], happens: "has no replica-priority, by which Sentinel is told whom to promote",
            fixedIn: .of(1, 20)
        ) { $0.isUnderSentinel },
        KnownPair(
            issues: ["dragonfly#2836"],
            happens: "takes a full sync that broke off for done when it connects again, and misses its keys",
            fixedIn: .of(1, 17)
        ) { _ in true },
    ]
}
