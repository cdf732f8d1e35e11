import RESP

/// The users of one server of a small world, in memory and in the server's file.
struct FakeUsers: Equatable {
    /// The rules of each user, as `ACL SETUSER` got them, by name.
    private(set) var present: [String: [String]] = ["default": ["on", "nopass", "~*", "&*", "+@all"]]
    /// The users that the server will have after its next start.
    private(set) var written: [String: [String]] = [:]
    var hasFile = true

    init(_ users: [String: [String]] = [:]) {
        present.merge(users) { $1 }
        written = present
    }

    mutating func answer(_ words: [String]) -> RESPValue {
        switch words[1] {
        case "USERS": return .words(present.keys.sorted())
        case "GETUSER": return present[words[2]].map(Self.shown) ?? .null
        case "SETUSER":
            present[words[2]] = words.dropFirst(3).filter { $0 != "reset" && $0 != "resetchannels" }
            return .ok
        case "DELUSER": return .integer(present.removeValue(forKey: words[2]) == nil ? 0 : 1)
        case "SAVE":
            guard hasFile else { return .refusal("ERR This Redis instance is not configured to use an ACL file.") }
            written = present
            return .ok
        default: return .refusal("ERR unknown subcommand")
        }
    }

    private static func shown(_ rules: [String]) -> RESPValue {
        func words(_ signs: String) -> String {
            rules.filter { $0.first.map(signs.contains) ?? false }.joined(separator: " ")
        }
        return .array([
            .text("flags"), .words(rules.filter { ["on", "off", "nopass"].contains($0) }),
            .text("passwords"), .words(rules.filter { $0.hasPrefix("#") }.map { String($0.dropFirst()) }),
            .text("commands"), .text(words("+-")), .text("keys"), .text(words("~%")), .text("channels"),
            .text(words("&")),
        ])
    }
}
