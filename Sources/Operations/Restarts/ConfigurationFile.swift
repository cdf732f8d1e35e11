import Execution
import RESP
import RedisTopology

/// The configuration file of a server, from which it takes role and settings when it is started again.
///
/// `CONFIG SET` and `REPLICAOF` change a server only as long as it runs, until it has written them to that file with
/// `CONFIG REWRITE`. It then also writes what anybody else has changed while it ran.
struct ConfigurationFile: Codable, Equatable, Sendable {
    static let rights: [Right] = [.configRewrite]

    /// Whether the server was started with one; `true` if it does not say.
    var exists: Bool
    /// Why the server could not write it.
    var refusal: String?

    /// Why the server is not started again as it is now; `nil` if it is.
    var obstacle: String? {
        if !exists { return "it runs without one" }
        return refusal
    }
}

extension Server {
    /// Whether the server was started with a configuration file. Dragonfly has one if it was started with `--flagfile`.
    func hasConfigurationFile() async throws(StepFailure) -> Bool { hasConfigurationFile(try await info("server")) }

    /// Makes the server write its role and its settings to its configuration file.
    func writeConfigurationFile() async throws(StepFailure) -> ConfigurationFile {
        let commands: [Command] = [Fence.rewrite, ["INFO", "server"]]
        let replies = try await replies(to: commands)
        var file = ConfigurationFile(
            exists: hasConfigurationFile(try value(of: replies[1], to: commands[1]) { try Info($0) }))
        if case .error(let error) = replies[0] { file.refusal = error.message.printable(limit: 200) }
        return file
    }

    private func hasConfigurationFile(_ info: Info) -> Bool { info["server"]["config_file"] != "" }
}
