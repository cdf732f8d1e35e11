import NIOCore
import RESP
import RedisNIO
import RedisTopology
import Rehearsal
import TestKit
import Values

/// Two servers on this machine that are compared.
struct ComparedServers: Sendable {
    let source: Endpoint
    let target: Endpoint
    let processes: [ProcessClock]

    /// New servers with so many keys, of which one follows the other.
    static func run<Result: Sendable>(
        keys: Int, _ body: @Sendable (ComparedServers) async throws -> Result
    ) async throws -> Result {
        var description = LabDescription()
        description.sentinels = nil
        return try await Lab.run(description, connector: RedisConnector()) { lab in
            let servers = try await ComparedServers(
                source: lab.address(of: lab.source), target: lab.address(of: lab.target))
            try await servers.fill(keys)
            return try await body(servers)
        }
    }

    /// Servers that are there already, without a password.
    init(source: Endpoint, target: Endpoint) async throws {
        (self.source, self.target) = (source, target)
        var processes: [ProcessClock] = []
        for address in [source, target] {
            let session = Self.session(address)
            let info = try await session.send(["INFO", "server"])
            await session.close()
            guard let id = try Info(info)["server"]["process_id"].flatMap({ Int32($0) }) else {
                throw Child.Failure(what: "\(address) does not say which process it is")
            }
            processes.append(ProcessClock(id: id))
        }
        self.processes = processes
    }

    static func session(_ address: Endpoint) -> any CommandSession {
        RedisConnector().session(ConnectionSettings(address: address))
    }

    // MARK: Data

    private func fill(_ count: Int) async throws {
        let (leading, following) = (Self.session(source), Self.session(target))
        for first in stride(from: 0, to: count, by: 1_000) {
            let commands = (first..<min(first + 1_000, count)).flatMap { Self.commands($0) }
            for case .error(let error) in try await leading.pipeline(commands, timeout: .seconds(60)) { throw error }
        }
        _ = try await following.send(["REPLICAOF", source.host, "\(source.port)"])
        try await eventually("the target is in sync", within: .seconds(600)) {
            let info = try await ReplicationInfo(following.send(["INFO", "replication"]))
            return info.upstream.map { $0.isLinkUp && !$0.isSyncing } ?? false
        }
        await leading.close()
        await following.close()
    }

    private static func commands(_ index: Int) -> [Command] {
        let key = "key:\(index)"
        let numbers = 0..<20
        let make: Command =
            switch index % 20 {
            case 0..<14: ["SET", key, String(repeating: "v", count: 100)]
            case 14, 15: Command(["HSET", key] + numbers.flatMap { ["field:\($0)", "value:\(index):\($0)"] })
            case 16, 17: Command(["ZADD", key] + numbers.flatMap { ["\($0).5", "member:\(index):\($0)"] })
            case 18: Command(["RPUSH", key] + (0..<50).map { "element:\(index):\($0)" })
            default: Command(["SADD", key] + numbers.map { "member:\(index):\($0)" })
            }
        return index / 20 % 10 == 0 ? [make, ["EXPIRE", key, "\(100_000 + index % 1_000)"]] : [make]
    }
}
