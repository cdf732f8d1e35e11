import Escaping

/// A complete command line to type next, ready to be pasted into a shell.
struct NextCommand: Equatable {
    let line: String
    /// Says what the command does, as a clause.
    let meaning: String
}

/// Spells command lines about one plan and the state of its run.
struct CommandLines {
    let plan: String
    /// `nil` if the state file is in its usual place, beside the plan.
    var state: String?

    /// - Parameter arguments: further words after the plan.
    func next(_ verb: String, arguments: [String] = [], _ meaning: String) -> NextCommand {
        var words = ["planrun", verb, plan]
        if let state { words += ["--state", state] }
        return NextCommand(line: (words + arguments).map(\.shellWord).joined(separator: " "), meaning: meaning)
    }
}

extension [NextCommand] {
    /// A line for each command, with the meanings aligned. If a line is too short for both, the meaning goes to the
    /// next line, because a command that is broken in two cannot be pasted.
    /// - Parameters:
    ///   - width: columns; `nil` for no limit.
    ///   - rows: how many of them a meaning takes at most where it stands in lines of its own.
    func text(after prefix: String, width: Int?, rows: Int = 2) -> [String] {
        // Those that get two lines do not push the meanings of the others to the right.
        let inOneLine = filter { command in
            width.map { prefix.count + command.line.count + 3 + command.meaning.count <= $0 } ?? true
        }
        let longest = inOneLine.map(\.line.count).max() ?? 0
        return flatMap { command -> [String] in
            let padding = String(repeating: " ", count: Swift.max(0, longest - command.line.count) + 3)
            let line = prefix + command.line + padding + command.meaning
            if let width, line.count > width {
                let indent = String(repeating: " ", count: prefix.count + 4)
                return [prefix + command.line]
                    + (indent + command.meaning).wrapped(width: width, indent: 0, lines: rows)
            }
            return [line]
        }
    }
}
