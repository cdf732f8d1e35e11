package import Execution
import PlanModel
package import RESP
package import RedisTopology
package import Values

/// One server process that a plan names, and the conversation with it. It is either a `Server`, which holds data, or a
/// `Sentinel`. Each of the two adds the questions and commands that only it understands.
///
/// Everything that can go wrong in the conversation is thrown as a `StepFailure` that names the instance, so that no
/// operation has to name it again.
package protocol Instance: Sendable {
    var settings: ConnectionSettings { get }
    var session: any CommandSession { get }
    /// The kind of server. planrun's user needs other rights at each kind.
    var place: Rights.Place { get }

    /// The same instance, with another connection to it.
    func speaking(_ settings: ConnectionSettings, on session: any CommandSession) -> Self
}

extension Instance {
    /// The rights for what planrun sends on every connection. `CLIENT SETNAME` shows that the connection is planrun's.
    static var rights: [Right] { [.clientSetName, .info] }

    package var endpoint: Endpoint { settings.address }

    /// `target 10.0.0.2:6380`
    package var name: String { "\(place.rawValue) \(endpoint)" }

    /// Sends commands in one round trip and returns their replies. Error replies are returned, not thrown.
    package func replies(to commands: [Command], timeout: Duration? = nil) async throws(StepFailure) -> [RESPValue] {
        do {
            return try await session.pipeline(commands, timeout: timeout)
        } catch {
            throw failure(error)
        }
    }

    package func failure(_ error: SessionError) -> StepFailure {
        StepFailure(
            code: .session(error.code), what: error.sentence, place: [name], help: remedy(error.code),
            isTransient: error.isTransient)
    }

    /// Sends one command and returns its reply; an error reply is thrown.
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

    /// Asks one question and converts its reply. An error reply, or one that cannot be converted, is thrown.
    package func read<Value>(
        _ question: Command, timeout: Duration? = nil, as convert: (RESPValue) throws -> Value
    ) async throws(StepFailure) -> Value {
        try value(of: await answer(to: question, timeout), to: question, as: convert)
    }

    /// Asks again where the connection is closed before the answer has come: a Sentinel that tells a server whom to
    /// follow closes all connections to it. A question with a time limit is not asked again.
    private func answer(to question: Command, _ timeout: Duration?) async throws(StepFailure) -> RESPValue {
        do {
            return try await session.send(question, timeout: timeout)
        } catch {
            guard timeout == nil, error.code == .connectionLost, error.mayHaveBeenExecuted else { throw failure(error) }
            return try await replies(to: [question])[0]
        }
    }

    /// Converts the reply to a command. An error reply, or one that cannot be converted, is thrown.
    package func value<Value>(
        of reply: RESPValue, to command: Command, as convert: (RESPValue) throws -> Value
    ) throws(StepFailure) -> Value {
        if case .error(let error) = reply { throw refusal(of: command, error) }
        do {
            return try convert(reply)
        } catch {
            throw unreadable(command, error)
        }
    }

    /// The failure for a reply that planrun cannot read.
    func unreadable(_ command: Command, _ error: any Error) -> StepFailure {
        StepFailure(
            code: .unexpectedReply, what: "\(name) answered '\(command)' in a way planrun cannot read: \(error)",
            place: [name])
    }

    private func remedy(_ code: SessionError.Code) -> [String] {
        switch code {
        case .authenticationFailed: ["check the username and password that the plan gives for \(name)"]
        case .connectionRefused, .connectTimeout: ["check that the server runs and can be reached from here"]
        case .hostUnresolvable: ["check the host name in the plan and the resolver of this machine"]
        case .tlsFailed: ["check 'tls' in the plan against the server's certificate"]
        case .replyTimeout, .connectionLost, .protocolViolation, .replyTooLarge, .closed: []
        }
    }
}

/// Questions that every instance understands.
extension Instance {
    package func info(_ section: String) async throws(StepFailure) -> Info {
        try await read(["INFO", section]) { try Info($0) }
    }

    /// All clients that are connected, planrun itself among them.
    func clients() async throws(StepFailure) -> [ClientList.Client] {
        try await read(["CLIENT", "LIST"]) { try ClientList($0).clients }
    }
}
