import Execution
import RESP
import RedisTopology

/// How many commands that write a server has carried out since it runs.
struct WriteCounter {
    let server: Server

    /// Calls of all commands that the server itself flags as writing.
    func calls() async throws(StepFailure) -> Int64 {
        let statistics = try await server.read(["INFO", "commandstats"]) { try CommandStats(Info($0)) }
        let commands = try await server.ask(["COMMAND"])
        var writing: Set<String> = []
        for case .array(let fields) in commands.array ?? [] where fields.count > 2 {
            guard let name = fields[0].string, fields[2].array?.contains(where: { $0.string == "write" }) == true else {
                continue
            }
            writing.insert(name.lowercased())
        }
        return statistics.calls.reduce(0) { writing.contains($1.key) ? $0 + $1.value : $0 }
    }
}
