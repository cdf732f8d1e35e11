import Execution
import RedisTopology

/// Counts the write commands that a server has carried out since its start.
struct WriteCounter: Sendable {
    static let rights: [Right] = [.commandTable]

    private let server: Server
    private let writing: Set<String>

    /// Asks the server which of its commands write. The answer is long, so it must not be asked for while writes are
    /// held back.
    init(_ server: Server) async throws(StepFailure) {
        self.server = server
        writing = Set(try await server.commandFlags().filter { $0.value.contains("write") }.keys)
    }

    func calls() async throws(StepFailure) -> Int64 {
        try await server.commandCalls().filter { writing.contains($0.key) }.values.saturatingSum
    }
}
