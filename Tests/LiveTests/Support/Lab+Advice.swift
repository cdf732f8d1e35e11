import Operations
import RESP
import Rehearsal
import Testing

extension Lab {
    /// Types a command that planrun advises, as somebody would who reads the advice.
    ///
    /// `AdvisedCommandTests` looks for calls of this function in the sources of the tests, and so finds the commands that
    /// no live test types in their situation.
    /// - Parameters:
    ///   - advice: the lines of help, one of which holds the command.
    ///   - servers: where the command is typed, one server after the other.
    ///   - filling: what is put in for each placeholder of the command (`<value>`).
    func follow(
        _ command: AdvisedCommand, in advice: [String], at servers: ServerProcess...,
        filling: KeyValuePairs<String, String> = [:]
    ) async throws {
        let line = try #require(
            advice.compactMap { command.typed(in: $0, filling: filling) }.first, "\(command) is not in \(advice)")
        for server in servers { try await send(Command(line), to: server) }
    }

    /// Types the lines that a run has left behind, as somebody would who copies them into a shell.
    /// - Parameter commands: those that have to be among them. `AdvisedCommandTests` looks for these words, too.
    /// - Returns: those that did not work.
    func type(_ lines: [String], amongThem commands: AdvisedCommand...) async throws -> [String] {
        for command in commands {
            #expect(lines.contains { $0.contains(" \(command.words)") }, "\(command) is not in \(lines)")
        }
        return try await type(lines)
    }
}

extension AdvisedCommand {
    /// The words of the command in a line of help; `nil` if it does not stand there. The command ends where the sentence
    /// goes on.
    fileprivate func typed(in line: String, filling: KeyValuePairs<String, String>) -> [String]? {
        var line = line
        for (placeholder, value) in filling { line = line.replacing(placeholder, with: value) }
        guard let start = line.firstRange(of: words)?.lowerBound else { return nil }
        let end =
            #/, |;|\)| \([A-Z]| (and|until|there|forgets|at)\b| on (it|each|one|the|\{[^}]*\}|[\w.]+:\d+)/#
        let rest = line[start...]
        let command = rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
        // What stands between quotation marks is one word.
        return command.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { number, part in
            number.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
        }
    }
}
