package import Execution
package import PlanModel
package import RESP
package import RedisTopology

/// One server of a plan: what people call it, and the conversation with it.
///
/// Everything that can go wrong in the conversation is thrown as a `StepFailure` that names the server, so that no
/// operation has to say it again.
package struct Server: Sendable {
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case source, target
        /// Of the source, besides the target; no part of the plan.
        case replica
        case sentinel = "Sentinel"
    }

    package let part: Part
    package let endpoint: Endpoint
    package let settings: ConnectionSettings
    package let session: any CommandSession

    package init(part: Part, endpoint: Endpoint, settings: ConnectionSettings, session: any CommandSession) {
        self.part = part
        self.endpoint = endpoint
        self.settings = settings
        self.session = session
    }

    /// `target 10.0.0.2:6380`
    package var name: String { "\(part.rawValue) \(endpoint)" }

    /// The replies, errors among them as values.
    package func replies(to commands: [Command], timeout: Duration? = nil) async throws(StepFailure) -> [RESPValue] {
        do {
            return try await session.pipeline(commands, timeout: timeout)
        } catch {
            throw failure(error)
        }
    }

    package func failure(_ error: SessionError) -> StepFailure {
        StepFailure(
            code: .session(error.code), what: error.sentence, place: [name],
            help: Self.remedy(error.code, at: name), isTransient: error.isTransient)
    }

    /// The reply to one command; an error reply is thrown.
    @discardableResult
    package func ask(_ command: Command, timeout: Duration? = nil) async throws(StepFailure) -> RESPValue {
        let reply = try await replies(to: [command], timeout: timeout)[0]
        if case .error(let error) = reply { throw refusal(of: command, error) }
        return reply
    }

    package func refusal(of command: Command, _ error: RESPError) -> StepFailure {
        StepFailure(
            code: .serverRefused, what: "\(name) refused '\(command)': \(error.message.printable)", place: [name],
            help: error.code == "NOPERM" ? ["give planrun's user on \(endpoint) the right to run this command"] : [],
            isTransient: ["LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN"].contains(error.code))
    }

    /// A reply read into a type; what does not fit is thrown.
    package func read<Value>(
        _ command: Command, timeout: Duration? = nil, as convert: (RESPValue) throws -> Value
    ) async throws(StepFailure) -> Value {
        try value(of: await replies(to: [command], timeout: timeout)[0], to: command, as: convert)
    }

    /// A reply to a command read into a type; an error reply, and what does not fit, is thrown.
    package func value<Value>(
        of reply: RESPValue, to command: Command, as convert: (RESPValue) throws -> Value
    ) throws(StepFailure) -> Value {
        if case .error(let error) = reply { throw refusal(of: command, error) }
        do {
            return try convert(reply)
        } catch {
            throw StepFailure(
                code: .unexpectedReply, what: "\(name) answered '\(command)' in a way planrun cannot read: \(error)",
                place: [name])
        }
    }

    private static func remedy(_ code: SessionError.Code, at name: String) -> [String] {
        switch code {
        case .authenticationFailed: ["check the username and password that the plan gives for \(name)"]
        case .connectionRefused, .connectTimeout: ["check that the server runs and can be reached from here"]
        case .hostUnresolvable: ["check the host name in the plan and the resolver of this machine"]
        case .tlsFailed: ["check 'tls' in the plan against the server's certificate"]
        case .replyTimeout, .connectionLost, .protocolViolation, .replyTooLarge, .closed: []
        }
    }
}

extension Server {
    /// Of every conversation: each connection says its name.
    static let rights: [Right] = [.clientSetName, .info]

    package func info(_ section: String) async throws(StepFailure) -> Info {
        try await read(["INFO", section]) { try Info($0) }
    }

    package func replication(timeout: Duration? = nil) async throws(StepFailure) -> ReplicationInfo {
        try await read(["INFO", "replication"], timeout: timeout) { try ReplicationInfo(Info($0)) }
    }

    /// The value of one setting; `nil` where this engine does not have it.
    package func setting(_ name: String) async throws(StepFailure) -> String? {
        try await read(["CONFIG", "GET", name]) { try ConfigReply($0)[name] }
    }

    /// The same of a setting that is a whole number; `nil` also for a number that is too large to be one.
    package func integerSetting(_ name: String) async throws(StepFailure) -> Int64? {
        try await read(["CONFIG", "GET", name]) { try ConfigReply($0).integer(name) }
    }

    /// The values of several settings in one round trip, by the names asked for; those that this engine does not have are
    /// left out. One `CONFIG GET` each: Dragonfly takes one name.
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

    /// The typed part of `INFO persistence`, for who wants more of it, too.
    func persistence(_ info: Info) throws(StepFailure) -> PersistenceInfo {
        do {
            return try PersistenceInfo(info)
        } catch {
            throw StepFailure(
                code: .unexpectedReply,
                what: "\(name) answered 'INFO persistence' in a way planrun cannot read: \(error)", place: [name])
        }
    }
}
