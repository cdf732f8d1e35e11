import RESP
import Testing

@testable import RedisTopology

struct SyncStateTests {
    private func state(_ info: RESPValue, _ role: RESPValue? = nil, isLoading: Bool = false) throws -> SyncState {
        SyncState(try ReplicationInfo(info), role: try role.map { try RoleReply($0) }, isLoading: isLoading)
    }

    @Test func `a primary follows nobody`() throws {
        #expect(try state(Recorded.redisPrimary) == .notFollowing)
        #expect(try state(Recorded.dragonflyPrimary) == .notFollowing)
    }

    @Test func `the phases of Redis`() throws {
        #expect(try state(Recorded.redisGreeting, Recorded.words("slave 127.0.0.1 17101 handshake -1")) == .connecting)
        let progress = SyncProgress(totalBytes: 1000, receivedBytes: 250)
        #expect(try state(Recorded.redisSyncing) == .fullSync(progress))
        #expect(try state(Recorded.redisSyncing, isLoading: true) == .loading)
        #expect(
            try state(Recorded.redisFollowing, Recorded.words("slave 127.0.0.1 17101 connected 0"))
                == .online(offset: 0))
    }

    @Test func `the phases of Dragonfly`() throws {
        let preparing = Recorded.dragonflyReplica(replicationID: "")
        #expect(try state(preparing, Recorded.dragonflyRole("preparation")) == .preparing)
        let syncing = Recorded.dragonflyReplica(syncing: 1)
        #expect(try state(syncing, Recorded.dragonflyRole("full_sync")) == .fullSync(nil))
        #expect(try state(syncing, Recorded.dragonflyRole("full_sync"), isLoading: true) == .loading)
        let online = Recorded.dragonflyReplica(offset: 56)
        #expect(try state(online, Recorded.dragonflyRole("online")) == .online(offset: 56))
        #expect(try state(online, Recorded.dragonflyRole("stable_sync")) == .online(offset: 56))
        #expect(try state(Recorded.dragonflyReplica(link: "down")) == .linkDown(since: nil))
    }

    /// A trap: the link is up and no sync is in progress, but nothing has arrived yet.
    @Test func `Dragonfly with its link up and no offset is not synced`() throws {
        #expect(try state(Recorded.dragonflyReplica()) == .preparing)
        #expect(try state(Recorded.dragonflyReplica(), Recorded.dragonflyRole("online")).isSynced == false)
    }

    /// Recorded when the source died: INFO still had the offset, and ROLE was asked a moment later.
    @Test func `ROLE can only make the answer more careful`() throws {
        let online = Recorded.dragonflyReplica(offset: 56)
        #expect(try state(online, Recorded.dragonflyRole("connecting")) == .connecting)
        #expect(try state(online, Recorded.dragonflyRole("preparation")) == .preparing)
        #expect(try state(online, Recorded.dragonflyRole("full_sync")) == .fullSync(nil))
        #expect(try state(online, Recorded.dragonflyRole("new-word")).isSynced == false)
        #expect(try state(online, isLoading: true) == .loading)
    }

    @Test func `a link that was up and is lost`() throws {
        let lines = "role:slave\nmaster_host:h\nmaster_port:1\nmaster_link_status:down\nslave_repl_offset:9\n"
        let lost = Recorded.text("# Replication\n" + lines + "master_link_down_since_seconds:12")
        #expect(try state(lost) == .linkDown(since: .seconds(12)))
    }
}
