import Execution
import PlanModel
import RESP

/// After the cutover the server that the Sentinels name accepts a write, which is made as an application would make it.
struct TargetWritableCheck: Check {
    static let declaration = CheckDeclaration(
        id: "target-writable", title: "the target takes a write made through Sentinel")

    static func rights(in plan: Plan) -> Rights {
        Rights(at: [.target], [.set(keyPrefix), .get(keyPrefix), .delete(keyPrefix)])
    }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let obstacles = (try? await WriteGate.read(servers, .promoted).obstacles) ?? []
        let watch = Stopwatch(servers.clock)
        while true {
            let (finding, refusal) = try await write(servers)
            if finding.passes {
                // One write got through, but an obstacle may make the target refuse or lose the next ones.
                return obstacles.isEmpty ? finding : .combined(obstacles, passed: "")
            }
            guard obstacles.isEmpty else { return .combined(obstacles + [finding], passed: "") }
            // The server refuses writes until enough replicas are in sync, which may happen within seconds.
            guard refusal == Self.lacksReplicas, watch.elapsed < Self.patience else { return finding }
            try await servers.clock.sleep(for: .milliseconds(200))
        }
    }

    static let keyPrefix = "planrun:verify:"
    private static let patience = Duration.seconds(15)
    /// The code word of the error with which a server refuses writes for lack of replicas.
    private static let lacksReplicas = "NOREPLICAS"

    /// Makes the write.
    /// - Returns: the finding, with the code word of the error if the write was refused.
    private func write(_ servers: Servers) async throws -> (Finding, refusal: String?) {
        var settings = servers.target.settings
        if let sentinel = servers.sentinels.first,
            let address = try await sentinel.primaryAddress(servers.primaryName)
        {
            settings.address = address
        }
        let session = servers.connector.session(settings)
        let writer = Server(part: .target, settings: settings, session: session)
        // The key has a prefix of planrun's own, and expires after a minute in case planrun dies before it deletes it.
        let key = "\(Self.keyPrefix)\(UInt64.random(in: 0...UInt64.max))"
        do {
            let replies = try await writer.replies(to: [
                ["SET", key, "planrun", "EX", "60"], ["GET", key], ["DEL", key],
            ])
            await session.close()
            return (
                judge(replies, writer),
                replies.lazy.compactMap { if case .error(let error) = $0 { error.code } else { nil } }.first
            )
        } catch {
            await session.close()
            throw error
        }
    }

    private func judge(_ replies: [RESPValue], _ writer: Server) -> Finding {
        for case .error(let error) in replies {
            return .missed(
                "\(writer.endpoint) refused a write: \(error.message.printable)", wants: "a write that is taken",
                at: [writer.name], remedy: ["applications cannot write either: look at that server first"])
        }
        guard replies[1].string == "planrun" else {
            return .missed(
                "\(writer.endpoint) does not return what was written", wants: "the value that was written",
                at: [writer.name], remedy: ["applications cannot rely on it either: look at that server first"])
        }
        return .passed("\(writer.endpoint) took a write and returned it")
    }
}
