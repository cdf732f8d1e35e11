import Execution
import RESP
import RedisTopology

/// Counts the commands that write which a server has carried out since it runs.
struct WriteCounter: Sendable {
    private let server: Server
    private let writing: Set<String>

    /// Asks the server which of its commands write: a long answer, not to be waited for while writes are held back.
    init(_ server: Server) async throws(StepFailure) {
        var writing: Set<String> = []
        for case .array(let fields) in try await server.ask(["COMMAND"]).array ?? [] where fields.count > 2 {
            guard let name = fields[0].string, fields[2].array?.contains(where: { $0.string == "write" }) == true else {
                continue
            }
            writing.insert(name.lowercased())
        }
        self.server = server
        self.writing = writing
    }

    func calls() async throws(StepFailure) -> Int64 {
        let statistics = try await server.read(["INFO", "commandstats"]) { try CommandStats(Info($0)) }
        return statistics.calls.reduce(0) { writing.contains($1.key) ? $0 + $1.value : $0 }
    }
}
