import PlanModel
import RESP
import RedisTopology

/// How a user of the source is made at a target that lacks it, or what is in the way.
struct UserRecipe: Sendable {
    let name: String
    /// Rules that the target does not know: commands, categories, or forms of another version.
    let unknownRules: [String]
    /// Whether the plan has to say where the password is, and does not.
    let lacksPassword: Bool
    /// Whether the plan's password is used, and has to be tried at the source before.
    let usesPlanPassword: Bool
    /// The plan has the step that would do it.
    private let isPlanned: Bool
    private let target: Endpoint
    /// Rules for what it may do, without passwords.
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

    /// Whether the plan's step makes it.
    var isReady: Bool { isPlanned && unknownRules.isEmpty && !lacksPassword }

    /// - Parameter password: the plan's, where `usesPlanPassword` says that it is wanted.
    func command(_ password: Secret?) -> Command {
        let passwords: [String]
        if usesPlanPassword {
            passwords = password.map { [">\($0.reveal())"] } ?? []
        } else {
            passwords = user?.passwordRules ?? []
        }
        // Dragonfly knows no `reset`; what is new has no rights there either.
        return Command(["ACL", "SETUSER", name] + (isDragonfly ? [] : ["reset"]) + [state] + passwords + rights)
    }

    /// What a person types, with a place for the password.
    var line: String {
        let password = user?.needsNoPassword == true ? "nopass" : "><its password>"
        let words = [name] + [state, password] + rights.filter { !unknownRules.contains($0) }
        return
            "on \(target): ACL SETUSER \(words.map { $0.printable(limit: 80) }.joined(separator: " ")), and save it there"
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

/// What `ACL SETUSER` of the target understands.
struct UserDialect: Sendable {
    private let commands: CommandTable
    private let isDragonfly: Bool
    private let knowsDatabases: Bool

    init(_ comparison: UserComparison, isDragonfly: Bool) {
        commands = comparison.targetCommands
        self.isDragonfly = isDragonfly
        knowsDatabases = comparison.target.users.values.contains { $0.permissions.first?.databases != nil }
    }

    /// Selectors and `%R~` came with Redis 7, as subcommands in the list of commands did.
    private var knowsSelectors: Bool { !isDragonfly && commands.lists("acl|dryrun") }

    /// The words of a rule that the target does not understand.
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

    /// A command that the target does not have needs not be forbidden.
    func isNeedless(_ rule: String) -> Bool {
        rule.hasPrefix("-") && !rule.hasPrefix("-@") && commands[String(rule.dropFirst())] == nil
    }

    private func isKnown(_ subject: Substring) -> Bool {
        if subject.hasPrefix("@") {
            return subject == "@all" || commands.categories.contains(String(subject.dropFirst()))
        }
        guard subject.contains("|") else { return commands.lists(String(subject)) }
        guard !isDragonfly else { return false }
        // Redis 6 lists no subcommands, and takes any; 7 takes them for commands that have none, such as `select|0`.
        let whole = String(subject).wholeCommand
        return commands.lists(String(subject)) || commands[whole]?.subcommands.isEmpty == true
    }
}
