import RESP
import Rehearsal
import Values

extension Lab {
    /// Starts Sentinels that the plan does not name and that watch nothing yet; they are gone afterwards.
    func withOtherSentinels<Result: Sendable>(
        _ count: Int = 1, _ body: @Sendable ([ServerProcess]) async throws -> Result
    ) async throws -> Result {
        var sentinels: [ServerProcess] = []
        for number in 1...count {
            sentinels.append(
                try await ServerProcess.start(
                    name: "other-sentinel-\(number)", settings: ServerSettings(role: .sentinel(nil)), in: folder,
                    access: ServerAccess(), connector: connector, doomedFolder: folder.path))
        }
        do {
            let result = try await body(sentinels)
            for sentinel in sentinels { await sentinel.kill() }
            return result
        } catch {
            for sentinel in sentinels { await sentinel.kill() }
            throw error
        }
    }

    /// Makes these Sentinels monitor a server.
    func monitor(
        _ address: Endpoint, as name: String, by sentinels: [ServerProcess], login: (String, Secret)? = nil
    ) async throws {
        for sentinel in sentinels {
            let session = connector.session(ConnectionSettings(address: sentinel.address))
            var commands: [Command] = [
                Command(["SENTINEL", "MONITOR", name, address.host, String(address.port), "1"]),
                Command(["SENTINEL", "SET", name, "down-after-milliseconds", "5000"]),
                ["SENTINEL", "DEBUG", "INFO-PERIOD", "200"],
            ]
            if let (user, password) = login {
                commands.append(
                    Command(["SENTINEL", "SET", name, "auth-user", user, "auth-pass", password.reveal()]))
            }
            let replies = try await session.pipeline(commands, timeout: nil)
            await session.close()
            for case .error(let error) in replies { throw error }
        }
    }

    func ask(_ command: Command, _ sentinel: ServerProcess) async throws -> RESPValue {
        let session = connector.session(ConnectionSettings(address: sentinel.address))
        let reply = try? await session.send(command)
        await session.close()
        return reply ?? .null
    }
}
