package import Execution
import PlanModel
package import RESP
package import RedisTopology

/// One server of a plan that holds data, or another replica of the source.
package struct Server: Instance {
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case source, target
        /// A replica of the source besides the target; the plan does not name it.
        case replica
    }

    package let part: Part
    package let settings: ConnectionSettings
    package let session: any CommandSession

    package init(part: Part, settings: ConnectionSettings, session: any CommandSession) {
        self.part = part
        self.settings = settings
        self.session = session
    }

    package func speaking(_ settings: ConnectionSettings, on session: any CommandSession) -> Server {
        Server(part: part, settings: settings, session: session)
    }

    package var place: Rights.Place {
        switch part {
        case .source: .source
        case .target: .target
        case .replica: .replica
        }
    }
}

extension Server {
    package func replication(timeout: Duration? = nil) async throws(StepFailure) -> ReplicationInfo {
        try await read(["INFO", "replication"], timeout: timeout) { try ReplicationInfo(Info($0)) }
    }

    /// The value of one setting; `nil` if this engine does not have it.
    package func setting(_ name: String) async throws(StepFailure) -> String? {
        try await read(["CONFIG", "GET", name]) { try ConfigReply($0)[name] }
    }

    /// The value of a setting that is a whole number; `nil` if this engine does not have the setting, or if the number
    /// is too large for `Int64`.
    package func integerSetting(_ name: String) async throws(StepFailure) -> Int64? {
        try await read(["CONFIG", "GET", name]) { try ConfigReply($0).integer(name) }
    }

    /// The values of several settings, by name, in one round trip. Settings that this engine lacks are left out. Each
    /// name gets its own `CONFIG GET`, since Dragonfly takes only one name per command.
    func settings(_ names: [String]) async throws(StepFailure) -> [String: String] {
        let commands = names.map { Command(["CONFIG", "GET", $0]) }
        var values: [String: String] = [:]
        for (name, (command, reply)) in zip(names, zip(commands, try await replies(to: commands))) {
            values[name] = try value(of: reply, to: command) { try ConfigReply($0)[name] }
        }
        return values
    }

    package func set(_ name: String, to value: String) async throws(StepFailure) {
        try await ask(["CONFIG", "SET", name, value])
    }
}

extension Server {
    package func serverInfo() async throws(StepFailure) -> ServerInfo {
        try await read(["INFO", "server"]) { try ServerInfo(Info($0)) }
    }

    package func memory() async throws(StepFailure) -> MemoryInfo {
        try await read(["INFO", "memory"]) { try MemoryInfo(Info($0)) }
    }

    package func keyspace() async throws(StepFailure) -> KeyspaceInfo {
        try await read(["INFO", "keyspace"]) { try KeyspaceInfo(Info($0)) }
    }

    package func persistence() async throws(StepFailure) -> PersistenceInfo {
        try persistence(await info("persistence"))
    }

    /// Reads the typed part of an `INFO persistence` that the caller already has.
    func persistence(_ info: Info) throws(StepFailure) -> PersistenceInfo {
        do {
            return try PersistenceInfo(info)
        } catch {
            throw unreadable(["INFO", "persistence"], error)
        }
    }
}
