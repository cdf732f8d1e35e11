/// What one part of a user's rules allows: the rules outside of parentheses, or those of one selector (Redis 7).
package struct ACLPermission: Sendable, Equatable {
    /// The command rules, such as `-@all` and `+client|pause`, in order. For each command the last rule that fits it
    /// decides.
    package var rules: [String]
    /// The key patterns, such as `~app:*` and `%R~log:*`.
    package var keys: [String]
    /// The channel patterns, such as `&news:*`.
    package var channels: [String]
    /// What Valkey 9 says of databases, such as `alldbs` or `db=0,1`; `nil` if the server knows no such limit.
    package var databases: String?

    package init(rules: [String], keys: [String] = [], channels: [String] = [], databases: String? = nil) {
        self.rules = rules
        self.keys = keys
        self.channels = channels
        self.databases = databases
    }

    /// Whether a command such as `ping` or `client|pause` is allowed. A command that has subcommands counts as allowed
    /// if one of its subcommands is.
    ///
    /// - Parameter table: what the server says of its commands. Without the table, and for a command that the server
    ///   does not know, the answer is `nil` if it depends on a rule about a category.
    package func mayRun(_ command: String, in table: CommandTable? = nil) -> Bool? {
        let name = command.lowercased()
        let whole = name.prefix { $0 != "|" }
        for rule in rules.reversed() {
            let subject = rule.dropFirst()
            let isGiven = rule.hasPrefix("+")
            switch subject {
            case "@all", "commands": return isGiven
            case _ where subject == name || subject == whole: return isGiven
            case _ where isGiven && subject.hasPrefix("\(name)|"): return true
            case _ where subject.hasPrefix("@"):
                guard let entry = table?[name] else { return nil }
                if entry.categories.contains(String(subject.dropFirst())) { return isGiven }
                if isGiven, entry.subcommands.contains(where: { mayRun($0, in: table) == true }) { return true }
            default: continue
            }
        }
        return false
    }

    /// Whether no command is allowed.
    package var isEmpty: Bool { !rules.contains { $0.hasPrefix("+") } }

    package var limitsDatabases: Bool { databases.map { $0 != "alldbs" } ?? false }
}

/// The patterns of keys or channels that several permissions allow together. It answers whether they cover another
/// pattern.
package struct ACLPatterns: Sendable {
    private let globs: [(mode: Character, glob: Substring)]

    /// - Parameter patterns: patterns such as `~app:*`, `%R~log:*` and `&news`.
    package init(_ patterns: [String]) {
        globs = patterns.flatMap { Self.parts($0, modes: "RW") }
    }

    /// Whether one of these patterns fits everything that the given pattern fits. Only the texts are compared, so
    /// `false` can be wrong.
    ///
    /// - Parameter isForReading: whether the keys of the pattern only have to be readable.
    package func cover(_ pattern: String, isForReading: Bool = false) -> Bool {
        Self.parts(pattern, modes: isForReading ? "R" : "RW").allSatisfy { part in
            globs.contains { $0.mode == part.mode && Self.covers($0.glob, part.glob) }
        }
    }

    /// Splits a pattern by what it allows: `~x` allows reading and writing, `%R~x` only reading.
    private static func parts(_ pattern: String, modes: String) -> [(mode: Character, glob: Substring)] {
        guard let sigil = pattern.firstIndex(where: { $0 == "~" || $0 == "&" }) else { return [] }
        let written = pattern[..<sigil].dropFirst()
        let glob = pattern[pattern.index(after: sigil)...]
        return modes.filter { written.isEmpty || written.contains($0) }.map { ($0, glob) }
    }

    private static func covers(_ wide: Substring, _ narrow: Substring) -> Bool {
        if wide == narrow { return true }
        guard wide.last == "*" else { return false }
        let start = wide.dropLast()
        return !start.contains { "*?[\\".contains($0) } && narrow.hasPrefix(start)
    }
}
