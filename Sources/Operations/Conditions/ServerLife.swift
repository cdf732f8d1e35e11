import Execution
import RESP
import RedisTopology

/// One life of a server process, from its start to its end.
struct ServerLife: Codable, Equatable, Sendable {
    /// The run id, which Redis and Valkey draw at each start.
    var runID: String?
    /// The process id, which Dragonfly has instead of a run id. In a container each start may have the same.
    var processID: String?
    /// Seconds since the process was started.
    var uptime: Int64?

    static func read(_ server: Server) async throws(StepFailure) -> ServerLife {
        ServerLife(try await server.info("server"))
    }

    /// Whether this is a later moment of the same life.
    func continues(_ earlier: ServerLife) -> Bool {
        if let runID, let before = earlier.runID { return runID == before }
        if let processID, let before = earlier.processID, processID != before { return false }
        guard let uptime, let before = earlier.uptime else { return true }
        return uptime >= before
    }
}

extension ServerLife {
    /// - Parameter info: the reply to `INFO server`.
    init(_ info: Info) {
        let section = info["server"]
        self.init(
            runID: section["run_id"].flatMap { $0.isEmpty ? nil : $0 }, processID: section["process_id"],
            uptime: section["uptime_in_seconds"].flatMap { Int64($0) })
    }
}
