package import RESP

/// The reply of `ACL GETUSER`: what a server lets one user do. When it is printed, passwords and digests are left out.
package struct ACLUser: Sendable, CustomStringConvertible, CustomReflectable {
    package let isOn: Bool
    /// Whether the server accepts any password for this user (`nopass`).
    package let needsNoPassword: Bool
    /// What the user may do: first the rules outside of parentheses, then the selectors of Redis 7.
    package let permissions: [ACLPermission]
    /// The SHA-256 digest of each password, as the server reports it. Dragonfly reports only the first digits.
    private let digests: [String]
    private let skipsSanitizing: Bool

    /// - Throws: `ReplyError` if the reply is not a user. `null` means that there is no such user.
    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let fields = Self.fields(reply), !fields.isEmpty else {
            throw ReplyError(command: "ACL GETUSER", expected: "a user", reply: reply)
        }
        let flags = Set((fields["flags"]?.array ?? []).compactMap(\.string))
        isOn = flags.contains("on")
        skipsSanitizing = flags.contains("skip-sanitize-payload")
        let passwords = fields["passwords"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] } ?? []
        let digests = passwords.flatMap { $0.split(separator: " ") }.map { String($0.drop { $0 == "#" }) }
        self.digests = digests
        // `nopass` is missing on Dragonfly once the user has ever had a password. Dragonfly then lists the digest of an
        // empty password instead.
        needsNoPassword = flags.contains("nopass") || digests.contains(Self.digestOfNothing)
        let selectors = (fields["selectors"]?.array ?? []).compactMap { Self.fields($0) }
        permissions =
            [Self.permission(fields, allowsAll: flags.contains("allcommands"))]
            + selectors.map { Self.permission($0, allowsAll: false) }
    }

    /// The user `default` of a server that has no other users: it may do everything.
    /// - Parameter isWanted: whether the server asks for a password.
    package init(password isWanted: Bool) {
        isOn = true
        needsNoPassword = !isWanted
        permissions = [ACLPermission(rules: ["+@all"], keys: ["~*"], channels: ["&*"])]
        digests = []
        skipsSanitizing = false
    }

    private static let digestOfNothing = "e3b0c44298fc1c1"

    private static func fields(_ reply: RESPValue) -> [String: RESPValue]? {
        guard let elements = reply.array, elements.count.isMultiple(of: 2) else { return nil }
        var fields: [String: RESPValue] = [:]
        for index in stride(from: 0, to: elements.count, by: 2) {
            fields[elements[index].string ?? ""] = elements[index + 1]
        }
        return fields
    }

    private static func permission(_ fields: [String: RESPValue], allowsAll: Bool) -> ACLPermission {
        let rules = (fields["commands"]?.string ?? "").lowercased().split(separator: " ").map(String.init)
        return ACLPermission(
            rules: allowsAll ? ["+@all"] : rules, keys: patterns(fields["keys"], "~"),
            // Redis before 6.2 has no rules for channels: every user may use all.
            channels: fields["channels"] == nil ? ["&*"] : patterns(fields["channels"], "&"),
            databases: fields["databases"].map { $0.string ?? "" })
    }

    /// The patterns of keys or channels. Redis 7 sends one text, with the sign before each pattern; Redis 6 sends a
    /// list of patterns without signs. If there are none, Dragonfly sends a word without a sign, which is skipped.
    private static func patterns(_ field: RESPValue?, _ sign: String) -> [String] {
        if let list = field?.array { return list.compactMap(\.string).map { sign + $0 } }
        return (field?.string ?? "").split(separator: " ").map(String.init).filter { $0.contains(sign) }
    }

    /// Whether the user may run a command such as `ping` or `client|pause`. `nil` if only a rule about a category
    /// decides, and it is not known what the category contains.
    package func mayRun(_ command: String, in table: CommandTable? = nil) -> Bool? {
        let answers = permissions.map { $0.mayRun(command, in: table) }
        if answers.contains(true) { return true }
        return answers.contains(nil) ? nil : false
    }

    /// Whether the two users have a password in common. Only as many digits of the digests are compared as both servers
    /// show.
    package func sharesPassword(with other: ACLUser) -> Bool {
        passwordsMissing(in: other) < digests.count
    }

    /// The number of passwords that the server accepts for this user.
    package var passwordCount: Int { digests.count }

    /// How many of this user's passwords the other user does not have. Only as many digits of the digests are compared
    /// as both servers show.
    package func passwordsMissing(in other: ACLUser) -> Int {
        digests.count { mine in
            !other.digests.contains { theirs in
                let length = min(mine.count, theirs.count)
                return length >= 12 && mine.prefix(length) == theirs.prefix(length)
            }
        }
    }

    package var description: String { "a user with \(permissions.reduce(0) { $0 + $1.rules.count }) rules" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension ACLUser {
    /// Whether the server reported complete digests. Only with these can the user be created on another server.
    package var tellsWholeDigests: Bool { digests.allSatisfy { $0.count == 64 } }

    /// Words for `ACL SETUSER` of Redis and Valkey that give a new user the passwords of this one. Treat them as
    /// secrets.
    package var passwordRules: [String] { needsNoPassword ? ["nopass"] : digests.map { "#\($0)" } }

    /// Words for `ACL SETUSER` that give a new user the rights of this one, without its passwords.
    package var rightsRules: [String] {
        let selectors = permissions.dropFirst().map { "(\($0.words.joined(separator: " ")))" }
        return (permissions.first?.words ?? []) + selectors + (skipsSanitizing ? ["skip-sanitize-payload"] : [])
    }
}

extension ACLPermission {
    /// A new user has all channels in Redis 6.2 and none in Redis 7, so `resetchannels` comes first in any case.
    fileprivate var words: [String] {
        keys + ["resetchannels"] + channels + databaseWords + rules
    }

    private var databaseWords: [String] {
        guard limitsDatabases, let databases else { return [] }
        return [databases.isEmpty ? "resetdbs" : databases]
    }
}
