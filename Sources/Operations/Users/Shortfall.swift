import RedisTopology

/// What a user may do at the source but not at the target, for a given set of commands.
struct Shortfall: Sendable {
    var commands: [String] = []
    var keys: [String] = []
    var channels: [String] = []
    var databases: [String] = []

    /// - Parameter commands: the commands to compare. Commands that the target does not have are skipped, because the
    ///   check `commands` reports them.
    init(_ ours: ACLUser, _ theirs: ACLUser, commands: Set<String>, _ comparison: UserComparison) {
        let (source, target) = (comparison.sourceCommands, comparison.targetCommands)
        for command in commands.sorted() {
            guard let entry = target[command] else { continue }
            let granting = theirs.permissions.filter { $0.mayRun(command, in: target) == true }
            for permission in ours.permissions where permission.mayRun(command, in: source) == true {
                guard !granting.isEmpty else {
                    if self.commands.last != command { self.commands.append(command) }
                    continue
                }
                if entry.hasKeys {
                    let isReading = entry.flags.contains("readonly")
                    add(permission.keys, \.keys, beyond: granting.flatMap(\.keys), isForReading: isReading)
                }
                if Self.usesChannels(command) {
                    add(permission.channels, \.channels, beyond: granting.flatMap(\.channels))
                }
                addDatabases(permission, granting)
            }
        }
    }

    private mutating func add(
        _ patterns: [String], _ list: WritableKeyPath<Self, [String]>, beyond granted: [String],
        isForReading: Bool = false
    ) {
        let granted = ACLPatterns(granted)
        for pattern in patterns where !granted.cover(pattern, isForReading: isForReading) {
            if !self[keyPath: list].contains(pattern) { self[keyPath: list].append(pattern) }
        }
    }

    private mutating func addDatabases(_ permission: ACLPermission, _ granting: [ACLPermission]) {
        let wanted = permission.databases ?? "alldbs"
        guard granting.allSatisfy({ $0.limitsDatabases && $0.databases != wanted }) else { return }
        if !databases.contains(wanted) { databases.append(wanted) }
    }

    private static func usesChannels(_ command: String) -> Bool {
        ["publish", "spublish", "subscribe", "ssubscribe", "psubscribe"].contains(command)
    }

    /// This shortfall without what the other one already lists. `commands` takes the place of this one's own commands.
    func subtracting(_ other: Shortfall, commands: [String]) -> Shortfall {
        var rest = self
        rest.commands = commands.filter { !other.commands.contains($0) }
        rest.keys.removeAll(where: other.keys.contains)
        rest.channels.removeAll(where: other.channels.contains)
        rest.databases.removeAll(where: other.databases.contains)
        return rest
    }

    /// - Parameter isServed: whether the source has carried out commands of this kind.
    func kinds(isServed: Bool) -> [UserDifference.Kind] {
        [
            commands.isEmpty ? nil : .commands(commands, isServed: isServed),
            keys.isEmpty ? nil : .keys(keys, isServed: isServed),
            channels.isEmpty ? nil : .channels(channels, isServed: isServed),
            databases.isEmpty ? nil : .databases(databases, isServed: isServed),
        ].compactMap(\.self)
    }
}
