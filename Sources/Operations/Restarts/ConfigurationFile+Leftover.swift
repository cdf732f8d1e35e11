import Execution
import PlanModel
import RESP
import RedisTopology
import Values

extension ConfigurationFile {
    /// What a run has left in the file of a server that has its own settings again, but could not write them there.
    ///
    /// It is asked once more, since a person may have put it right. Nobody else can read the file, so the sentence says what
    /// the run may have written there.
    /// - Parameters:
    ///   - primary: the server that it would follow by the file; `nil` if the run has not made it follow.
    ///   - settings: what the run set to another value.
    /// - Returns: `nil` if the file is written now, or if there is none. A server that does not answer is told by others.
    static func leftover(on server: Server, following primary: Endpoint?, _ settings: [String]) async -> Leftover? {
        guard let file = try? await server.writeConfigurationFile(), file.exists, let refusal = file.refusal else {
            return nil
        }
        let outcome =
            ([primary.map { "follow \($0)" }].compactMap(\.self) + [
                "have the run's \(settings.joined(separator: " and "))"
            ])
            .joined(separator: ", and ")
        return Leftover(
            server.name,
            "could not write its configuration file (\(refusal)), and what the run wrote there may still stand: started again it would \(outcome); make the file and its folder writable for it, and let it write them anew",
            commands: [server.commandLine(.leftFile)])
    }
}
