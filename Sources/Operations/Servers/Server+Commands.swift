import Execution
import RESP
import RedisTopology

extension Server {
    /// The commands that the server knows and the flags it gives them, by name in lower case: `["set": ["write", "denyoom"]]`.
    func commandFlags() async throws(StepFailure) -> [String: Set<String>] {
        var flags: [String: Set<String>] = [:]
        for case .array(let fields) in try await ask(["COMMAND"]).array ?? [] where fields.count > 2 {
            guard let name = fields[0].string else { continue }
            flags[name.lowercased()] = Set((fields[2].array ?? []).compactMap(\.string))
        }
        return flags
    }

    /// The commands that the server knows, with more details: categories, subcommands, and which commands name keys.
    func commandTable() async throws(StepFailure) -> CommandTable {
        try await read(["COMMAND"]) { try CommandTable($0) }
    }

    /// How often each command was called since the server was started, by name in lower case; subcommands as
    /// `config|get`.
    func commandCalls() async throws(StepFailure) -> [String: Int64] {
        try await read(["INFO", "commandstats"]) { try CommandStats(Info($0)) }.calls
    }
}
