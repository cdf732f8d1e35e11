import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The users of source and target side by side, and what is known about who uses the source.
///
/// Rules are compared by what they mean: each command is looked up in the server's own table of commands. The same rule
/// can allow different commands on different versions, and different rules can allow the same.
struct UserComparison: Sendable {
    let source: UserTable
    let target: UserTable
    let sourceCommands: CommandTable
    let targetCommands: CommandTable
    /// How many connections of applications each user has at the source.
    let connections: [String: Int]
    /// Users to whom source or target has recently refused something.
    let refusals: [String: UserRefusal]
    /// For each user, the last command of each connection of its applications.
    private let lastCommands: [String: Set<String>]
    /// The commands that the source has served, without those that presumably came from planrun, Sentinels and
    /// replicas.
    private let served: Set<String>
    /// Users that other checks look at: planrun's own at the source, the Sentinels', and the one with which the target
    /// logs in.
    private let covered: Set<String>
    /// Whether the server hides the user of some client of the source.
    private let hasUnnamedClients: Bool
    private let targetTakesAnyPassword: Bool

    static let rights = Rights(at: [.source, .target], [.users, .getUser, .commandTable] + UserRefusal.rights)

    init(_ servers: Servers) async throws {
        let tables = try await [servers.source, servers.target].atOnce { server in
            (users: try await UserTable(server), commands: try await server.commandTable())
        }
        (source, target) = (tables[0].users, tables[1].users)
        (sourceCommands, targetCommands) = (tables[0].commands, tables[1].commands)
        let applications = try await servers.sourceClients().filter { $0.isApplication }
        let byUser = Dictionary(grouping: applications.filter { $0.user != nil }) { $0.user ?? "" }
        connections = byUser.mapValues(\.count)
        lastCommands = byUser.mapValues { Set($0.compactMap(\.command)) }
        hasUnnamedClients = applications.contains { $0.user == nil }
        let table = sourceCommands
        let own = Set(
            (servers.rights[.source] + Right.sentinelAtInstance + Right.replication).map(\.whole))
        served = Set(
            try await servers.source.commandCalls().filter { $0.value > 0 }.keys.filter { command in
                guard own.contains(command.wholeCommand) else { return true }
                return table[command]?.categories.contains("dangerous") != true
                    && !KeySample.commands.contains(command.wholeCommand)
            })
        var covered = Set(try await servers.sentinelUsers())
        covered.insert(servers.source.settings.username ?? "default")
        covered.insert(try await ReplicationLogin(servers).username ?? "default")
        self.covered = covered.subtracting(["default"])
        refusals = try await UserRefusal.latest(at: servers.source, countsLogins: false)
            .merging(try await Self.refusalsAtTarget(servers, covered)) { source, _ in source }
        // Dragonfly without a password answers OK to any password that a client sends. Redis refuses one then.
        targetTakesAnyPassword = servers.plan.target.engine == .dragonfly
    }

    /// What the target has refused. `default` is left out, because planrun itself tries to log in at the target as
    /// `default`.
    private static func refusalsAtTarget(
        _ servers: Servers, _ covered: Set<String>
    ) async throws(StepFailure) -> [String: UserRefusal] {
        try await UserRefusal.latest(at: servers.target, countsLogins: true)
            .filter { $0.key != "default" && !covered.contains($0.key) }
    }

    /// The users of the source to compare, sorted. Users that other checks look at are left out, unless applications
    /// are connected as one of them.
    var names: [String] {
        source.users.keys.filter { !covered.contains($0) || connections[$0] != nil }.sorted()
    }

    /// Whether somebody uses the source as this user, if planrun can tell. `default` counts as in use if applications
    /// have no other user.
    func isUsed(_ name: String) -> Bool {
        if connections[name] != nil || hasUnnamedClients || refusals[name] != nil { return true }
        return name == "default"
            && !source.users.contains { $0.key != name && $0.value.isOn && !covered.contains($0.key) }
    }
}

extension UserComparison {
    /// How to make each user that the target lacks, sorted by name. Users that other checks look at, such as the
    /// Sentinels', are included only if nothing is in the way of making them.
    func missing(_ servers: Servers) -> [UserRecipe] {
        let names = Set(names)
        return source.users.keys.sorted().filter { target.users[$0] == nil }
            .map { UserRecipe($0, servers, self) }
            .filter { names.contains($0.name) || $0.isReady }
    }

    /// Everything that users of the source may do there but could not do at the target.
    func differences() -> [UserDifference] {
        names.flatMap { name -> [UserDifference] in
            guard let ours = source.users[name], ours.isOn else { return [] }
            let kinds: [UserDifference.Kind] =
                target.users[name].map { differences(name, ours, $0) } ?? [.missing]
            return kinds.map {
                UserDifference(
                    user: name, connections: connections[name] ?? 0, refusal: refusals[name], isUsed: isUsed(name),
                    kind: $0)
            }
        }
    }

    private func differences(_ name: String, _ ours: ACLUser, _ theirs: ACLUser) -> [UserDifference.Kind] {
        guard theirs.isOn else { return [.off] }
        let login = login(name, ours, theirs).map { [$0] } ?? []
        let evidence = served.union(lastCommands[name] ?? [])
        let used = Shortfall(ours, theirs, commands: evidence, self)
        let all = Shortfall(ours, theirs, commands: Set(sourceCommands.names), self)
        // If both users have the same rules, a difference comes from the target's engine. Such a difference is reported
        // only for commands that are in use.
        let unused = ours.permissions.map(\.rules) == theirs.permissions.map(\.rules) ? [] : all.commands
        return login + used.kinds(isServed: true)
            + all.subtracting(used, commands: unused).kinds(isServed: false)
    }

    private func login(_ name: String, _ ours: ACLUser, _ theirs: ACLUser) -> UserDifference.Kind? {
        switch (ours.needsNoPassword, theirs.needsNoPassword) {
        case (true, true): return nil
        case (true, false): return .wantsPassword
        // A user without a password accepts any password. Only AUTH with one argument fails: Redis refuses a password
        // for `default` if that user has none.
        case (false, true): return name == "default" && !targetTakesAnyPassword ? .wantsNone : nil
        case (false, false):
            // Redis before 6 shows no digests of passwords.
            guard ours.passwordCount > 0 else { return theirs.passwordCount > 0 ? .unknownPassword : nil }
            guard theirs.passwordCount > 0 else { return .unknownPassword }
            let missing = ours.passwordsMissing(in: theirs)
            if missing == 0 { return nil }
            return missing == ours.passwordCount
                ? .otherPassword : .somePasswords(missing: missing, of: ours.passwordCount)
        }
    }
}

extension Servers {
    /// The comparison, read once for all checks that need it.
    func userComparison() async throws -> UserComparison {
        try await sharedAnswers.answer(UserComparison.self)
            .value(upTo: .seconds(2), clock: clock) { try await UserComparison(self) }
    }

    /// Whether the target lacks this user and the plan's `users` step makes it.
    func willBring(_ user: String) async -> Bool {
        guard plan.users != nil, let comparison = try? await userComparison() else { return false }
        return comparison.missing(self).contains { $0.name == user && $0.isReady }
    }
}

extension Right {
    /// `client`
    fileprivate var whole: String { command.wholeCommand }
}

extension String {
    /// `client` of `client|pause`.
    var wholeCommand: String { String(prefix { $0 != "|" }) }
}
