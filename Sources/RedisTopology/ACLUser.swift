package import RESP

/// The reply of `ACL GETUSER`: what a server lets one user do. It shows no passwords and no digests.
package struct ACLUser: Sendable, CustomStringConvertible, CustomReflectable {
    package let isOn: Bool
    /// Any password will do (`nopass`).
    package let needsNoPassword: Bool
    /// SHA-256 of each password, as the server tells them; Dragonfly tells the first digits only.
    private let digests: [String]
    /// Rules in order, the last that fits decides: `-@all`, `+client|pause`.
    private let rules: [String]

    /// - Throws: `ReplyError` for a reply that is no user, `null` (no such user) included.
    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let elements = reply.array, elements.count.isMultiple(of: 2), !elements.isEmpty else {
            throw ReplyError(command: "ACL GETUSER", expected: "a user", reply: reply)
        }
        var fields: [String: RESPValue] = [:]
        for index in stride(from: 0, to: elements.count, by: 2) {
            fields[elements[index].string ?? ""] = elements[index + 1]
        }
        let flags = Set((fields["flags"]?.array ?? []).compactMap(\.string))
        isOn = flags.contains("on")
        needsNoPassword = flags.contains("nopass")
        let passwords = fields["passwords"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] } ?? []
        digests = passwords.flatMap { $0.split(separator: " ") }.map { String($0.drop { $0 == "#" }) }
        let commands = (fields["commands"]?.string ?? "").lowercased().split(separator: " ").map(String.init)
        rules = flags.contains("allcommands") ? ["+@all"] : commands
    }

    /// Whether it may run a command, `ping` or `client|pause`; `nil` where a rule about a category decides, whose
    /// commands only the server knows.
    package func mayRun(_ command: String) -> Bool? {
        let name = command.lowercased()
        let whole = name.prefix { $0 != "|" }
        for rule in rules.reversed() {
            let subject = rule.dropFirst()
            switch subject {
            case "@all", "commands": return rule.hasPrefix("+")
            case _ where subject == name || subject == whole: return rule.hasPrefix("+")
            case _ where subject.hasPrefix("@"): return nil
            default: continue
            }
        }
        return false
    }

    /// Whether a password that one of them takes is a password of the other, as far as the digests tell.
    package func sharesPassword(with other: ACLUser) -> Bool {
        digests.contains { mine in
            other.digests.contains { theirs in
                let length = min(mine.count, theirs.count)
                return length >= 12 && mine.prefix(length) == theirs.prefix(length)
            }
        }
    }

    package var description: String { "a user with \(rules.count) rules" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
