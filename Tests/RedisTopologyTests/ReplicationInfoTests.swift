import RESP
import Testing
import Values

@testable import RedisTopology

struct ReplicationInfoTests {
    @Test func `a Redis primary with a replica`() throws {
        let info = try ReplicationInfo(Recorded.redisPrimary)
        #expect(info.role == .primary)
        #expect(info.offset == 204_831)
        #expect(info.replicationID == "75948de27eb356662b4e501c1e13b284ab88dd42")
        #expect(info.upstream == nil)
        let address = Endpoint(host: "127.0.0.1", port: 16380)
        #expect(
            info.replicas == [ConnectedReplica(address: address, state: "online", offset: 204_683, lag: .seconds(0))])
        #expect(info.replicas[0].isOnline)
    }

    @Test func `a Dragonfly primary has no offset`() throws {
        let info = try ReplicationInfo(Recorded.dragonflyPrimary)
        #expect(info.role == .primary)
        #expect(info.offset == nil)
        #expect(info.replicas.isEmpty)
    }

    @Test func `a Redis replica in full sync`() throws {
        let info = try ReplicationInfo(Recorded.redisSyncing)
        let upstream = try #require(info.upstream)
        #expect(info.role == .replica)
        #expect(upstream.primary == Endpoint(host: "redis-0.example", port: 6379))
        #expect(upstream.isSyncing)
        #expect(upstream.progress == SyncProgress(totalBytes: 1000, receivedBytes: 250))
        #expect(upstream.progress?.fraction == 0.25)
        #expect(upstream.link == .never)
        #expect(upstream.priority == 0)
        #expect(!upstream.isAnnounced)
        #expect(!upstream.isLinkUp)
    }

    @Test func `a diskless sync has no length`() throws {
        let info = try ReplicationInfo(
            Recorded.text(
                """
                # Replication
                role:slave
                master_host:h
                master_port:1
                master_link_status:down
                master_sync_in_progress:1
                master_sync_total_bytes:0
                master_sync_read_bytes:77
                master_sync_left_bytes:-77
                """))
        #expect(info.upstream?.progress == SyncProgress(totalBytes: nil, receivedBytes: 77))
        #expect(info.upstream?.progress?.fraction == nil)
    }

    @Test(arguments: ["slave", "replica", "active-replica"])
    func `every spelling of replica`(word: String) throws {
        #expect(try ReplicationInfo(Recorded.dragonflyReplica(role: word)).role == .replica)
    }

    @Test func `an unknown role is not guessed`() {
        let error = #expect(throws: ReplyError.self) {
            try ReplicationInfo(Recorded.text("# Replication\nrole:\u{1B}[1mking"))
        }
        #expect(
            error?.description
                == "the reply to 'INFO replication' holds '\\u{1b}[1mking' where role 'master' or 'slave' belongs")
    }

    @Test func `a reply without the section says so`() {
        let error = #expect(throws: ReplyError.self) { try ReplicationInfo(Recorded.text("")) }
        #expect(
            error?.description
                == "the reply to 'INFO replication' holds no field at all where a field 'role' belongs")
    }

    @Test func `a refusal keeps its code`() {
        let reply = Recorded.error("NOPERM User x has no permissions to run the 'info' command")
        let error = #expect(throws: ReplyError.self) { try ReplicationInfo(reply) }
        #expect(error?.refusal?.code == "NOPERM")
        #expect(
            error?.description == "the server refused 'INFO replication' with the error "
                + "'NOPERM User x has no permissions to run the 'info' command'")
    }

    @Test(arguments: [
        "role:slave\nmaster_host:h\nmaster_link_status:up", "role:slave\nmaster_host:h\nmaster_port:x",
        "role:slave\nmaster_port:1\nmaster_link_status:up", "role:slave\nmaster_host:h\nmaster_port:1",
        "role:master\nmaster_repl_offset:many", "role:master\nslave0:state=online",
    ])
    func `what is missing or malformed is an error`(lines: String) {
        #expect(throws: ReplyError.self) { try ReplicationInfo(Recorded.text("# Replication\n" + lines)) }
    }
}
