import PlanModel
import RESP
import RedisTopology
import Values

/// How to make a user of the source at a target that lacks it, or why that cannot be done.
struct UserRecipe: Sendable {
    let name: String
    /// Rules that the target does not know: commands, categories, or the syntax of another version.
    let unknownRules: [String]
    /// Whether the plan has to give the user's password but does not.
    let lacksPassword: Bool
    /// Whether the user is made with a password from the plan. That password is tried at the source first.
    let usesPlanPassword: Bool
    /// Whether the plan has a `users` step.
    private let isPlanned: Bool
    private let target: Endpoint
    /// The rules for what the user may do, without passwords.
    private let rights: [String]
    private let state: String
    private let isDragonfly: Bool
    private let user: ACLUser?

    init(_ name: String, _ servers: Servers, _ comparison: UserComparison) {
        let user = comparison.source.users[name]
        self.name = name
        self.user = user
        target = servers.target.endpoint
        isPlanned = servers.plan.users != nil
        isDragonfly = servers.plan.target.engine == .dragonfly
        let dialect = UserDialect(comparison, isDragonfly: isDragonfly)
        let rights = (user?.permissions.isEmpty == false ? user?.rightsRules : nil) ?? []
        unknownRules = rights.flatMap(dialect.unknown)
        self.rights = rights.filter { !dialect.isNeedless($0) }
        state = user?.isOn == true ? "on" : "off"
        let isOpen = user?.needsNoPassword ?? false || user?.passwordCount == 0
        usesPlanPassword = !isOpen && (isDragonfly || user?.tellsWholeDigests != true)
        lacksPassword = usesPlanPassword && servers.userPasswords[name] == nil
    }

    /// Whether the plan's `users` step makes the user.
    var isReady: Bool { isPlanned && unknownRules.isEmpty && !lacksPassword }

    /// - Parameter password: the password that the plan gives; required if `usesPlanPassword` is `true`.
    func command(_ password: Secret?) -> Command {
        let passwords =
            usesPlanPassword ? password.map { [">\($0.reveal())"] } ?? [] : user?.passwordRules ?? []
        return Command(beginning + passwords + rights)
    }

    /// Dragonfly does not know `reset`. It needs none, because its new users have no rights either.
    private var beginning: [String] { ["ACL", "SETUSER", name] + (isDragonfly ? [] : ["reset"]) + [state] }

    /// The same command without the password, or the digest that the source shows of it.
    func foreseen(_ password: SecretReference?) -> [ForeseenCommand.Word] {
        let passwords: [ForeseenCommand.Word] =
            usesPlanPassword
            ? [password.map { .secret($0, after: ">") } ?? .open("its password")]
            : (user?.passwordRules ?? []).map { $0.hasPrefix("#") ? .open("the digest of its password") : .plain($0) }
        return beginning.map { .plain($0) } + passwords + rights.map { .plain($0) }
    }

    /// What a person can type to make the user, with a placeholder for the password.
    var line: String {
        let password = user?.needsNoPassword == true ? "nopass" : "><its password>"
        let words = [name] + [state, password] + rights.filter { !unknownRules.contains($0) }
        let rules = words.map { $0.printable(limit: 80) }.joined(separator: " ")
        return "on \(target): \(AdvisedCommand.missingUser.line(rules)), and save it there"
    }

    var remedy: String {
        if !unknownRules.isEmpty {
            return
                "\(line); that leaves out \(unknownRules.map { $0.printable(limit: 80) }.joined(separator: " ")), which the target does not know"
        }
        if usesPlanPassword {
            return
                "say where its password is: 'users: { passwords: { \(name.printable(limit: 80)): { env: NAME } } }' before 'replicaof', or \(line)"
        }
        return "put '- users: {}' before 'replicaof' in the plan: it brings the user with its password and rights"
    }
}

/// The rules that `ACL SETUSER` of the target understands.
struct UserDialect: Sendable {
    private let commands: CommandTable
    private let isDragonfly: Bool
    private let knowsDatabases: Bool

    init(_ comparison: UserComparison, isDragonfly: Bool) {
        commands = comparison.targetCommands
        self.isDragonfly = isDragonfly
        knowsDatabases = comparison.target.users.values.contains { $0.permissions.first?.databases != nil }
    }

    /// Selectors and `%R~` came with Redis 7. So did the listing of subcommands, which shows here whether the target
    /// has them.
    private var knowsSelectors: Bool { !isDragonfly && commands.lists("acl|dryrun") }

    /// The parts of a rule that the target does not understand.
    func unknown(_ rule: String) -> [String] {
        switch rule.first {
        case "(":
            guard knowsSelectors else { return [rule] }
            return rule.dropFirst().dropLast().split(separator: " ").flatMap { unknown(String($0)) }
        case "%": return knowsSelectors || isDragonfly ? [] : [rule]
        case "+", "-": return isKnown(rule.dropFirst()) || isNeedless(rule) ? [] : [rule]
        case "~", "&": return []
        default:
            if rule.hasPrefix("db=") || rule == "resetdbs" { return knowsDatabases ? [] : [rule] }
            return isDragonfly && rule == "skip-sanitize-payload" ? [rule] : []
        }
    }

    /// Whether a rule is not needed, because it forbids a command that the target does not have.
    func isNeedless(_ rule: String) -> Bool {
        rule.hasPrefix("-") && !rule.hasPrefix("-@") && commands[String(rule.dropFirst())] == nil
    }

    private func isKnown(_ subject: Substring) -> Bool {
        if subject.hasPrefix("@") {
            return subject == "@all" || commands.categories.contains(String(subject.dropFirst()))
        }
        guard subject.contains("|") else { return commands.lists(String(subject)) }
        guard !isDragonfly else { return false }
        // Redis 6 lists no subcommands and accepts any. Redis 7 also accepts any for a command that has none, such as
        // `select|0`.
        let whole = String(subject).wholeCommand
        return commands.lists(String(subject)) || commands[whole]?.subcommands.isEmpty == true
    }
}
