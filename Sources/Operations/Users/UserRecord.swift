import Execution
import RESP
import RedisTopology

/// The place where a server finds its users when it starts: its ACL file, or else its configuration file.
struct UserRecord: Sendable {
    static let rights: [Right] = [.saveUsers, .configRewrite]

    private let server: Server

    init(_ server: Server) { self.server = server }

    private enum Place {
        case usersFile(String)
        /// Without an ACL file the users are lines of the configuration file.
        case configurationFile
        case nowhere
    }

    private func place() async throws(StepFailure) -> Place {
        if let file = try await server.setting("aclfile"), !file.isEmpty { return .usersFile(file) }
        return try await server.hasConfigurationFile() ? .configurationFile : .nowhere
    }

    /// Makes the server write its users to that file.
    /// - Returns: why it could not, and what becomes of the users then; `nil` if it did.
    func write() async throws(StepFailure) -> String? {
        guard case .error(let error) = try await server.replies(to: [save])[0] else { return nil }
        switch try await place() {
        case .usersFile: return unwritten(save, error)
        case .configurationFile:
            guard case .error(let error) = try await server.replies(to: [Fence.rewrite])[0] else { return nil }
            return unwritten(Fence.rewrite, error)
        case .nowhere:
            return "it has no file that it could write them to: these users are gone after its next restart"
        }
    }

    private let save: Command = ["ACL", "SAVE"]

    private func unwritten(_ command: Command, _ error: RESPError) -> String {
        "it could not write its users down (\(command): \(error.message.printable(limit: 200))): after its next restart they are what they were before"
    }

    /// What a person can do so that the users are not lost at the server's next restart.
    func remedy() async throws(StepFailure) -> [String] {
        let endpoint = server.endpoint
        return switch try await place() {
        case .usersFile(let file):
            [
                "before \(endpoint) restarts, see to it that it can write \(file.printable(limit: 200)), and \(AdvisedCommand.savedUsers.line()) there"
            ]
        case .configurationFile:
            [
                "before \(endpoint) restarts, see to it that it can write its configuration file, and \(AdvisedCommand.writtenUsers.line()) there"
            ]
        case .nowhere:
            [
                "before \(endpoint) restarts, write its users (ACL LIST shows the line of each) into an ACL file or a configuration file, and start it with that"
            ]
        }
    }
}
