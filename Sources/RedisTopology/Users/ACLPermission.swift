/// What one part of a user's rules allows: those that stand alone, or one selector of Redis 7 in its parentheses.
package struct ACLPermission: Sendable, Equatable {
    /// In order, the last that fits decides: `-@all`, `+client|pause`.
    package var rules: [String]
    /// `~app:*`, `%R~log:*`
    package var keys: [String]
    /// `&news:*`
    package var channels: [String]
    /// What Valkey 9 says of databases: `alldbs`, `db=0,1`; `nil` where the server knows no such limit.
    package var databases: String?

    package init(rules: [String], keys: [String] = [], channels: [String] = [], databases: String? = nil) {
        self.rules = rules
        self.keys = keys
        self.channels = channels
        self.databases = databases
    }

    /// Whether it allows a command, `ping` or `client|pause`. A command that has subcommands is allowed where one of them
    /// is.
    ///
    /// - Parameter table: what the server says of its commands. Without it, and for a command that the server does not
    ///   know, the answer is `nil` where a rule about a category decides.
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

    /// Whether nothing can be run with it.
    package var isEmpty: Bool { !rules.contains { $0.hasPrefix("+") } }

    package var limitsDatabases: Bool { databases.map { $0 != "alldbs" } ?? false }
}

/// The patterns of keys or channels that several permissions give together, for the question whether another one is among
/// them.
package struct ACLPatterns: Sendable {
    private let globs: [(mode: Character, glob: Substring)]

    /// - Parameter patterns: `~app:*`, `%R~log:*`, `&news`.
    package init(_ patterns: [String]) {
        globs = patterns.flatMap { Self.parts($0, modes: "RW") }
    }

    /// Whether everything that a pattern fits is fitted by one of these, as far as their text shows it.
    ///
    /// - Parameter isForReading: of a pattern of keys, whether reading them is all that is wanted.
    package func cover(_ pattern: String, isForReading: Bool = false) -> Bool {
        Self.parts(pattern, modes: isForReading ? "R" : "RW").allSatisfy { part in
            globs.contains { $0.mode == part.mode && Self.covers($0.glob, part.glob) }
        }
    }

    /// `~x` is for reading and for writing.
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
