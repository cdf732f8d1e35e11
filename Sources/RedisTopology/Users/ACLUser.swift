package import RESP

/// The reply of `ACL GETUSER`: what a server lets one user do. It shows no passwords and no digests.
package struct ACLUser: Sendable, CustomStringConvertible, CustomReflectable {
    package let isOn: Bool
    /// Any password will do (`nopass`).
    package let needsNoPassword: Bool
    /// What the user may do: first what stands alone, then the selectors of Redis 7.
    package let permissions: [ACLPermission]
    /// SHA-256 of each password, as the server tells them; Dragonfly tells the first digits only.
    private let digests: [String]
    private let skipsSanitizing: Bool

    /// - Throws: `ReplyError` for a reply that is no user, `null` (no such user) included.
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
        // Dragonfly's way to say that no password is wanted, once one had been set: the digest of an empty one.
        needsNoPassword = flags.contains("nopass") || digests.contains(Self.digestOfNothing)
        let selectors = (fields["selectors"]?.array ?? []).compactMap { Self.fields($0) }
        permissions =
            [Self.permission(fields, allowsAll: flags.contains("allcommands"))]
            + selectors.map { Self.permission($0, allowsAll: false) }
    }

    /// The user `default` of a server that has no other: everybody who has its password, where it wants one.
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
            // Redis before 6.2 has no rules for channels: everybody may use all.
            channels: fields["channels"] == nil ? ["&*"] : patterns(fields["channels"], "&"),
            databases: fields["databases"].map { $0.string ?? "" })
    }

    /// Redis 7 tells them in one text, as rules; Redis 6 one by one, without the sign before them. Dragonfly has a word for
    /// none.
    private static func patterns(_ field: RESPValue?, _ sign: String) -> [String] {
        if let list = field?.array { return list.compactMap(\.string).map { sign + $0 } }
        return (field?.string ?? "").split(separator: " ").map(String.init).filter { $0.contains(sign) }
    }

    /// Whether it may run a command, `ping` or `client|pause`; `nil` where only a rule about a category could tell, and
    /// what is in that category is not known.
    package func mayRun(_ command: String, in table: CommandTable? = nil) -> Bool? {
        let answers = permissions.map { $0.mayRun(command, in: table) }
        if answers.contains(true) { return true }
        return answers.contains(nil) ? nil : false
    }

    /// Whether a password that one of them takes is a password of the other, as far as the digests tell.
    package func sharesPassword(with other: ACLUser) -> Bool {
        passwordsMissing(in: other) < digests.count
    }

    /// How many passwords it takes.
    package var passwordCount: Int { digests.count }

    /// How many of its passwords the other one does not take, as far as the digests tell.
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
    /// Whether the server told digests from which the user can be made elsewhere.
    package var tellsWholeDigests: Bool { digests.allSatisfy { $0.count == 64 } }

    /// What makes a new user with the passwords of this one: words for `ACL SETUSER` of Redis and Valkey. They are as good
    /// as secrets.
    package var passwordRules: [String] { needsNoPassword ? ["nopass"] : digests.map { "#\($0)" } }

    /// The same for what it may do, passwords left out.
    package var rightsRules: [String] {
        let selectors = permissions.dropFirst().map { "(\($0.words.joined(separator: " ")))" }
        return (permissions.first?.words ?? []) + selectors + (skipsSanitizing ? ["skip-sanitize-payload"] : [])
    }
}

extension ACLPermission {
    /// A new user of Redis 6.2 has all channels, and one of Redis 7 none: hence `resetchannels` in any case.
    fileprivate var words: [String] {
        keys + ["resetchannels"] + channels + databaseWords + rules
    }

    private var databaseWords: [String] {
        guard limitsDatabases, let databases else { return [] }
        return [databases.isEmpty ? "resetdbs" : databases]
    }
}
