import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

@testable import RedisNIO

/// All replies that are read into types, from the servers that are installed here.
struct RealServerTests {
    @Test(.timeLimit(.minutes(2)))
    func `a migration's commands against real servers, with TLS and users`() async throws {
        let description = LabDescription(
            source: .init(login: .user("planrun"), extraLines: ["repl-diskless-sync-delay 1"]),
            target: .init(login: .user("planrun")),
            sentinels: .init(count: 2, login: .password), tls: .init())
        try await withLab(description) { lab in
            try await primary(lab)
            try await following(lab)
            try await sentinels(lab)
            try await refused(lab)
        }
    }

    private func primary(_ lab: Lab) async throws {
        let session = lab.session(lab.source)
        let replies = try await session.pipeline(
            [
                ["SET", "a", "1", "EX", "1000"], ["INFO", "everything"], ["ROLE"], ["CONFIG", "GET", "*"],
                ["CLIENT", "LIST"], ["INFO", "replication"],
            ], timeout: nil)
        let info = try Info(replies[1])
        let server = try ServerInfo(info)
        #expect(server.engine != .dragonfly)
        #expect(server.version.major >= 6)
        #expect(server.runID?.count == 40)
        #expect(try MemoryInfo(info).used > 0)
        #expect(try PersistenceInfo(info).isLoading == false)
        #expect(try StatsInfo(info).fullSyncs == 0)
        #expect(try ClientsInfo(info).connected > 0)
        #expect(try KeyspaceInfo(info).databases == [0: .init(keys: 1, expiring: 1)])
        #expect(try CommandStats(info).calls["set"] == 1)
        #expect(try ReplicationInfo(replies[5]).role == .primary)
        #expect(SyncState(try ReplicationInfo(info)) == .notFollowing)
        guard case .primary(let offset?, replicas: []) = try RoleReply(replies[2]) else {
            Issue.record("ROLE of a primary is \(try RoleReply(replies[2]))")
            return
        }
        #expect(offset >= 0)
        #expect(try ConfigReply(replies[3])["replica-priority"] == "100")
        let clients = try ClientList(replies[4]).clients
        #expect(clients.contains { $0.command == "client|list" || $0.command == "client" })
        await session.close()
    }

    private func following(_ lab: Lab) async throws {
        let source = lab.settings(for: lab.source)
        let target = lab.session(lab.target)
        for (name, value) in [("masteruser", source.username), ("masterauth", source.password?.reveal())] {
            guard let value else { continue }
            #expect(try await target.send(["CONFIG", "SET", name, value]) == .simpleString("OK"))
        }
        let follow = Command(["REPLICAOF", source.address.host, "\(source.address.port)"])
        let look: [Command] = [["INFO", "replication"], ["ROLE"]]
        // The first look comes right behind the command, before the target can have done anything.
        let begun = try await target.pipeline([follow] + look, timeout: nil)
        #expect(begun[0] == .simpleString("OK"))
        #expect(!SyncState(try ReplicationInfo(begun[1]), role: try RoleReply(begun[2])).isSynced)
        try await eventually("the target is synced") {
            let replies = try await target.pipeline(look, timeout: nil)
            return SyncState(try ReplicationInfo(replies[0]), role: try RoleReply(replies[1])).isSynced
        }
        let replication = try ReplicationInfo(try await target.send(["INFO", "replication"]))
        #expect(replication.upstream?.primary == source.address)
        await target.close()
    }

    private func sentinels(_ lab: Lab) async throws {
        let sentinel = lab.session(lab.sentinels[0])
        var replies: [RESPValue] = []
        let name = lab.description.sentinels?.primary ?? ""
        try await eventually("the Sentinel knows the target and the other Sentinel") {
            replies = try await sentinel.pipeline(
                ["MASTER", "REPLICAS", "SENTINELS", "GET-MASTER-ADDR-BY-NAME"].map {
                    ["SENTINEL", $0, name]
                } + [["ROLE"], ["SENTINEL", "MASTERS"]], timeout: nil)
            let primary = try SentinelPrimary(replies[0])
            return primary.replicaCount == 1 && primary.otherSentinelCount == 1
        }
        let primary = try SentinelPrimary(replies[0])
        #expect(primary.address == lab.source.address)
        #expect(!primary.isFailoverInProgress)
        #expect(try SentinelReplica.list(replies[1]).map(\.address) == [lab.target.address])
        #expect(try SentinelPeer.list(replies[2]).map(\.address) == [lab.sentinels[1].address])
        #expect(try SentinelAddressReply(replies[3]).primary == lab.source.address)
        #expect(try RoleReply(replies[4]) == .sentinel(monitored: [name]))
        #expect(try SentinelPrimary.list(replies[5]).map(\.name) == [name])

        let subscription = try await lab.connector.subscribe(
            to: ["+try-failover"], lab.settings(for: lab.sentinels[0]))
        try await eventually("the Sentinel begins a failover") {
            try await sentinel.send(["SENTINEL", "FAILOVER", name]) == .simpleString("OK")
        }
        for await message in subscription.messages {
            #expect(message.payload.hasPrefix("master \(name) "))
            break
        }
        await subscription.close()
        await sentinel.close()
    }

    private func refused(_ lab: Lab) async throws {
        var settings = lab.settings(for: lab.source)
        settings.password = Secret("wrong")
        let stranger = RedisConnector().session(settings)
        let refused = await #expect(throws: SessionError.self) { try await stranger.send(["PING"]) }
        #expect(refused?.code == .authenticationFailed)
        #expect(refused?.sentence.contains("WRONGPASS") == true)
        await stranger.close()

        settings = lab.settings(for: lab.target)
        settings.username = nil
        settings.password = nil
        let nobody = RedisConnector().session(settings)
        #expect(
            await #expect(throws: SessionError.self) { try await nobody.send(["PING"]) }?.code == .authenticationFailed)
        await nobody.close()

        settings = lab.settings(for: lab.target)
        settings.tls = nil
        let plain = RedisConnector().session(settings)
        let plainError = await #expect(throws: SessionError.self) { try await plain.send(["PING"]) }
        #expect(plainError?.code == .connectionLost || plainError?.code == .protocolViolation)
        #expect(plainError?.sentence.contains("speaks TLS on this port") == true, "\(plainError?.sentence ?? "")")
        #expect(plainError?.sentence.contains("'tls: true'") == true)
        await plain.close()
    }
}
