import RESP

/// One thing that a user of the source cannot do at the target.
struct UserDifference: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case missing
        case off
        /// The source asks for no password, and the target does.
        case wantsPassword
        /// The source asks for a password. The target asks for none and refuses one that is sent, as Redis does.
        case wantsNone
        case otherPassword
        case somePasswords(missing: Int, of: Int)
        /// One of the servers shows no digest, so the passwords cannot be compared.
        case unknownPassword
        case commands([String], isServed: Bool)
        case keys([String], isServed: Bool)
        case channels([String], isServed: Bool)
        case databases([String], isServed: Bool)
    }

    let user: String
    let connections: Int
    let refusal: UserRefusal?
    let isUsed: Bool
    let kind: Kind

    /// Whether applications notice the difference as soon as they reach the target.
    var locksOut: Bool {
        guard isUsed else { return false }
        switch kind {
        case .missing, .off, .wantsPassword, .wantsNone, .otherPassword: return true
        case .somePasswords, .unknownPassword: return false
        case .commands(_, let isServed), .keys(_, let isServed), .channels(_, let isServed),
            .databases(_, let isServed):
            return isServed
        }
    }

    func finding(_ servers: Servers, _ comparison: UserComparison) -> Finding {
        let target = servers.target
        let wants =
            locksOut ? "users that can do at the target what they do at the source" : "the same users on both"
        return .missed(
            saw(target.name), wants: wants, at: [target.name], remedy: [remedy(servers, comparison)])
    }

    /// `the user 'app' (3 connections)`
    private var title: String {
        let use = connections > 0 ? connections.counted("connection", "connections") : refusal?.text
        return "the user '\(user.printable(limit: 80))'\(use.map { " (\($0))" } ?? "")"
    }

    private func saw(_ target: String) -> String {
        switch kind {
        case .missing: "\(title) of the source is not known at \(target)"
        case .off: "\(title) is off at \(target)"
        case .wantsPassword: "\(target) asks \(title) for a password, and the source asks for none"
        case .wantsNone:
            "the source asks \(title) for a password, and \(target) refuses one (AUTH with one argument), because it has none"
        case .otherPassword: "\(title) has another password at \(target) than at the source"
        case .somePasswords(let missing, let count):
            "\(title) has \(count) passwords at the source, and \(target) does not take \(missing) of them"
        case .unknownPassword:
            "planrun cannot find out whether \(title) has the same password at \(target) as at the source"
        case .commands(let commands, _): "\(title) may not run \(Self.list(commands)) at \(target)"
        case .keys(let keys, _): "\(title) may not use the keys \(Self.list(keys)) at \(target)"
        case .channels(let channels, _): "\(title) may not use the channels \(Self.list(channels)) at \(target)"
        case .databases(let databases, _): "\(title) is kept to fewer databases at \(target): \(Self.list(databases))"
        }
    }

    private func remedy(_ servers: Servers, _ comparison: UserComparison) -> String {
        let (endpoint, name) = (servers.target.endpoint, user.printable(limit: 80))
        let change = "on \(endpoint): \(AdvisedCommand.changedUser.line(name))"
        switch kind {
        case .missing: return UserRecipe(user, servers, comparison).remedy
        case .off: return "\(change) on, and save it there"
        case .wantsPassword:
            return
                "give the applications the target's password once they can use it at the source, too, or take it from the target: \(change) nopass"
        case .wantsNone: return "\(change) resetpass ><the password that it has at the source>, and save it there"
        case .otherPassword, .somePasswords:
            return "\(change) ><the password that it has at the source>, and save it there"
        case .unknownPassword: return "try the applications' password at \(endpoint) before the cutover"
        case .commands(let commands, _):
            return "\(change) \(Self.list(commands.map { "+\($0)" }, " ")), and save it there"
        case .keys(let patterns, _), .channels(let patterns, _), .databases(let patterns, _):
            return "\(change) \(Self.list(patterns, " ")), and save it there"
        }
    }

    private static func list(_ words: [String], _ separator: String = ", ") -> String {
        let shown = words.prefix(10).map { $0.printable(limit: 80) }.joined(separator: separator)
        return words.count > 10 ? "\(shown) and \(words.count - 10) more" : shown
    }
}
