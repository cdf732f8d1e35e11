import Execution
import RESP
import RedisTopology

/// The place where a server finds its users when it starts: its ACL file, or else its configuration file.
struct UserRecord: Sendable {
    static let rights: [Right] = [.saveUsers, .configRewrite]

    private let server: Server

    init(_ server: Server) { self.server = server }

    /// Makes the server write its users to that file.
    /// - Returns: why it could not, and what becomes of the users then; `nil` if it did.
    func write() async throws(StepFailure) -> String? {
        guard case .error(let error) = try await server.replies(to: [save])[0] else { return nil }
        if let file = try await server.setting("aclfile"), !file.isEmpty { return unwritten(save, error) }
        guard try await server.hasConfigurationFile() else {
            return "it has no file that it could write them to: these users are gone after its next restart"
        }
        // Without an ACL file the users are lines of the configuration file.
        guard case .error(let error) = try await server.replies(to: [Fence.rewrite])[0] else { return nil }
        return unwritten(Fence.rewrite, error)
    }

    private let save: Command = ["ACL", "SAVE"]

    private func unwritten(_ command: Command, _ error: RESPError) -> String {
        "it could not write its users down (\(command): \(error.message.printable(limit: 200))): after its next restart they are what they were before"
    }

    var remedy: [String] {
        [
            "before \(server.endpoint) restarts, give it an ACL file that it can write and \(AdvisedCommand.savedUsers.line()) there; without that, keep its users where it is started from"
        ]
    }
}
