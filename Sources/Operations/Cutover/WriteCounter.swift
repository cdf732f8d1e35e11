import Execution
import RedisTopology

/// Counts the commands that write which a server has carried out since it runs.
struct WriteCounter: Sendable {
    static let rights: [Right] = [.commandTable]

    private let server: Server
    private let writing: Set<String>

    /// Asks the server which of its commands write: a long answer, not to be waited for while writes are held back.
    init(_ server: Server) async throws(StepFailure) {
        self.server = server
        writing = Set(try await server.commandFlags().filter { $0.value.contains("write") }.keys)
    }

    func calls() async throws(StepFailure) -> Int64 {
        try await server.commandCalls().filter { writing.contains($0.key) }.values.saturatingSum
    }
}
