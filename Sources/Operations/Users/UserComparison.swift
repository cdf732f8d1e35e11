import Execution
import PlanModel
import RESP
import RedisTopology

/// The users of source and target side by side, and what is known of who uses the source.
///
/// Rules are compared by what they mean: every command is looked up in what the server itself says of it, because the same
/// words allow different commands on different versions, and different words the same.
struct UserComparison: Sendable {
    let source: UserTable
    let target: UserTable
    let sourceCommands: CommandTable
    let targetCommands: CommandTable
    /// How many applications are connected to the source as whom.
    let connections: [String: Int]
    /// Users to whom one of the servers has refused something lately.
    let refusals: [String: UserRefusal]
    /// What the applications of each user sent last.
    private let lastCommands: [String: Set<String>]
    /// What the source has served, without what only planrun, Sentinels and replicas are known to have sent.
    private let served: Set<String>
    /// Users that other checks look after: planrun's at the source, the Sentinels', the target's.
    private let covered: Set<String>
    /// Whether somebody is connected to the source who is not said to be any user.
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
        // Dragonfly says OK to whatever password, where it wants none; Redis refuses one that nobody asked for.
        targetTakesAnyPassword = servers.plan.target.engine == .dragonfly
    }

    /// planrun itself logs in at the target as `default`, to see whether that is possible.
    private static func refusalsAtTarget(
        _ servers: Servers, _ covered: Set<String>
    ) async throws(StepFailure) -> [String: UserRefusal] {
        try await UserRefusal.latest(at: servers.target, countsLogins: true)
            .filter { $0.key != "default" && !covered.contains($0.key) }
    }

    /// The users of the source for whom the target matters, in order. Of those that other checks look after, only they as
    /// whom applications are connected as well.
    var names: [String] {
        source.users.keys.filter { !covered.contains($0) || connections[$0] != nil }.sorted()
    }

    /// Whether somebody uses the source as this user, as far as can be told. Where there is only one user, everybody does.
    func isUsed(_ name: String) -> Bool {
        if connections[name] != nil || hasUnnamedClients || refusals[name] != nil { return true }
        return name == "default"
            && !source.users.contains { $0.key != name && $0.value.isOn && !covered.contains($0.key) }
    }
}

extension UserComparison {
    /// How each user is made that the target lacks, in order of their names. One that other checks look after, such as the
    /// Sentinels', is left to them where something is in the way.
    func missing(_ servers: Servers) -> [UserRecipe] {
        let names = Set(names)
        return source.users.keys.sorted().filter { target.users[$0] == nil }
            .map { UserRecipe($0, servers, self) }
            .filter { names.contains($0.name) || $0.isReady }
    }

    /// All that users of the source cannot do at the target.
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
        // The same words mean what the target's engine makes of them: that is only told where it is felt.
        let unused = ours.permissions.map(\.rules) == theirs.permissions.map(\.rules) ? [] : all.commands
        return login + used.kinds(isServed: true)
            + all.subtracting(used, commands: unused).kinds(isServed: false)
    }

    private func login(_ name: String, _ ours: ACLUser, _ theirs: ACLUser) -> UserDifference.Kind? {
        switch (ours.needsNoPassword, theirs.needsNoPassword) {
        case (true, true): return nil
        case (true, false): return .wantsPassword
        // With a user's name any password will do. Without one Redis refuses a password that it did not ask for.
        case (false, true): return name == "default" && !targetTakesAnyPassword ? .wantsNone : nil
        case (false, false):
            // Redis before 6 tells no digest.
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
    /// Read once for all checks that want it.
    func userComparison() async throws -> UserComparison {
        try await sharedAnswers.answer(UserComparison.self)
            .value(upTo: .seconds(2), clock: clock) { try await UserComparison(self) }
    }

    /// Whether the plan's step `users` makes this user at the target, which lacks it.
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
