import RESP
import Synchronization
import TestKit
import Values

/// The commands that a process sends to a small world and that change something there, in their order.
final class Transcript: Sendable {
    struct Line: Sendable, Equatable {
        let address: Endpoint
        let words: [String]
    }

    private let state = Mutex<[Line]>([])

    /// What was sent since this was asked last.
    func take() -> [Line] {
        state.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    fileprivate func note(_ commands: [Command], at address: Endpoint) {
        let lines = commands.map(\.words).filter { !Self.isQuestion($0) }.map { Line(address: address, words: $0) }
        state.withLock { $0 += lines }
    }

    private static let questions: Set = [
        "INFO", "ROLE", "PING", "TIME", "COMMAND", "PUBSUB", "CONFIG GET", "CLIENT LIST", "CLIENT INFO", "CLIENT ID",
        "CLIENT SETNAME", "CLIENT GETNAME", "ACL GETUSER", "ACL USERS", "ACL LOG", "ACL DRYRUN", "SENTINEL MASTER",
        "SENTINEL MASTERS", "SENTINEL REPLICAS", "SENTINEL SENTINELS", "SENTINEL MYID",
        "SENTINEL GET-MASTER-ADDR-BY-NAME",
    ]

    private static func isQuestion(_ words: [String]) -> Bool {
        let words = words.map { $0.uppercased() }
        return questions.contains(words[0]) || questions.contains(words.prefix(2).joined(separator: " "))
    }

    func listening(to base: any SessionConnector) -> any SessionConnector {
        Connector(base: base, transcript: self)
    }

    private struct Connector: SessionConnector {
        let base: any SessionConnector
        let transcript: Transcript

        func session(_ settings: ConnectionSettings) -> any CommandSession {
            Session(base: base.session(settings), transcript: transcript)
        }

        func subscribe(
            to channels: [String], _ settings: ConnectionSettings
        ) async throws(SessionError) -> any Subscription {
            try await base.subscribe(to: channels, settings)
        }
    }

    private struct Session: CommandSession {
        let base: any CommandSession
        let transcript: Transcript

        var address: Endpoint { base.address }

        func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
            let replies = try await base.pipeline(commands, timeout: timeout)
            transcript.note(commands, at: address)
            return replies
        }

        func close() async { await base.close() }
    }
}
