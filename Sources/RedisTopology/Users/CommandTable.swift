package import RESP

/// The reply of `COMMAND`: which commands a server has, and what it says about each. Names are in lower case, however
/// the server spells them. Subcommands are called `config|get`, as Redis 7 lists them.
package struct CommandTable: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let flags: Set<String>
        /// The command's categories, without `@`.
        package let categories: Set<String>
        /// Whether the command names keys, either at a fixed place or at a place that other arguments determine.
        package let hasKeys: Bool
        package let subcommands: [String]
    }

    private let entries: [String: Entry]
    /// Every category that has at least one command, without `@`.
    package let categories: Set<String>

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let commands = reply.array else {
            throw ReplyError(command: "COMMAND", expected: "a list of commands", reply: reply)
        }
        var entries: [String: Entry] = [:]
        for command in commands { Self.read(command, into: &entries) }
        self.entries = entries
        categories = entries.values.reduce(into: []) { $0.formUnion($1.categories) }
    }

    private static func read(_ command: RESPValue, into entries: inout [String: Entry]) {
        guard let fields = command.array, fields.count > 2, let name = fields[0].string?.lowercased() else { return }
        func words(_ index: Int) -> Set<String> {
            guard index < fields.count else { return [] }
            return Set((fields[index].array ?? []).compactMap { $0.string?.lowercased() })
        }
        let subcommands = fields.count > 9 ? fields[9].array ?? [] : []
        let flags = words(2)
        entries[name] = Entry(
            flags: flags, categories: Set(words(6).map { String($0.drop { $0 == "@" }) }),
            hasKeys: fields.count > 3 && fields[3].integer ?? 0 != 0 || flags.contains("movablekeys"),
            subcommands: subcommands.compactMap { $0.array?.first?.string?.lowercased() })
        for subcommand in subcommands { read(subcommand, into: &entries) }
    }

    package var names: [String] { entries.keys.sorted() }

    /// What the server says of a command. A subcommand that the server does not list has the entry of its command.
    package subscript(command: String) -> Entry? {
        entries[command] ?? entries[String(command.prefix { $0 != "|" })]
    }

    /// Whether the server lists exactly this name.
    package func lists(_ command: String) -> Bool { entries[command] != nil }
}
