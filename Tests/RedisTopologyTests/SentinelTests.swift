import RESP
import Testing
import Values

@testable import RedisTopology

struct SentinelTests {
    static let primary = """
        name m ip 127.0.0.1 port 17101 runid fd67afca5e5248c0aa8ca159bb13512aa242a3cd flags master \
        link-pending-commands 0 link-refcount 1 last-ping-sent 0 last-ok-ping-reply 790 last-ping-reply 790 \
        down-after-milliseconds 5000 info-refresh 8120 role-reported master role-reported-time 8127 config-epoch 0 \
        num-slaves 1 num-other-sentinels 1 quorum 1 failover-timeout 180000 parallel-syncs 1
        """

    /// Recorded with Dragonfly as the new primary and a failover that could not end.
    static let failingOver = """
        name m ip 127.0.0.1 port 16380 runid _ flags master,failover_in_progress,force_failover \
        link-pending-commands 2 link-refcount 1 failover-state wait_start last-ping-sent 0 last-ok-ping-reply 610 \
        last-ping-reply 610 down-after-milliseconds 5000 info-refresh 2678 role-reported master \
        role-reported-time 38761 config-epoch 1 num-slaves 1 num-other-sentinels 0 quorum 1 failover-timeout 60000 \
        parallel-syncs 1
        """

    static let replica = """
        name 127.0.0.1:17102 ip 127.0.0.1 port 17102 runid 7262abcebaba7165839d476bbda356ab89144e4b flags slave \
        link-pending-commands 0 link-refcount 1 last-ping-sent 0 last-ok-ping-reply 821 last-ping-reply 821 \
        down-after-milliseconds 5000 info-refresh 2922 role-reported slave role-reported-time 8154 \
        master-link-down-time 0 master-link-status ok master-host 127.0.0.1 master-port 17101 slave-priority 100 \
        slave-repl-offset 573 replica-announced 1
        """

    @Test func `a primary`() throws {
        let primary = try SentinelPrimary(Recorded.words(Self.primary))
        #expect(primary.name == "m")
        #expect(primary.address == Endpoint(host: "127.0.0.1", port: 17101))
        #expect(primary.runID == "fd67afca5e5248c0aa8ca159bb13512aa242a3cd")
        #expect(primary.flags.isHealthy)
        #expect(!primary.isFailoverInProgress)
        #expect(primary.quorum == 1)
        #expect(primary.replicaCount == 1)
        #expect(primary.otherSentinelCount == 1)
        #expect(primary.downAfter == .seconds(5))
        #expect(primary.failoverTimeout == .seconds(180))
        #expect(primary.infoAge == .milliseconds(8120))
        #expect(primary.reportedRole == .primary)
        #expect(primary.configEpoch == 0)
        #expect(primary.failoverState == nil)
    }

    @Test func `a primary in failover, without run id`() throws {
        let primary = try #require(
            try SentinelPrimary.list(.array([Recorded.words(Self.failingOver)])).first)
        #expect(primary.isFailoverInProgress)
        #expect(primary.failoverState == "wait_start")
        #expect(primary.runID == nil)
        #expect(primary.configEpoch == 1)
    }

    @Test func `events tell whom they are about`() {
        let target = Endpoint(host: "127.0.0.1", port: 6380)
        func event(_ channel: String, _ payload: String) -> SentinelEvent? {
            SentinelEvent(channel: channel, payload: payload)
        }
        let switched = event("+switch-master", "m 127.0.0.1 6379 127.0.0.1 6380")
        #expect(switched?.primaryName == "m" && switched?.subject == target)
        #expect(switched?.former == Endpoint(host: "127.0.0.1", port: 6379))
        let down = event("+odown", "master m 127.0.0.1 6380 #quorum 2/2")
        #expect(down?.primaryName == "m" && down?.subject == target && down?.type == "master")
        let replica = event("+convert-to-slave", "slave 127.0.0.1:6380 127.0.0.1 6380 @ m 127.0.0.1 6379")
        #expect(replica?.primaryName == "m" && replica?.subject == target && replica?.type == "slave")
        let sentinel = event("+sdown", "sentinel 5c0 127.0.0.1 6380 @ m 127.0.0.1 6379")
        #expect(sentinel?.primaryName == "m" && sentinel?.type == "sentinel")
        for (channel, payload) in [
            ("+new-epoch", "1"), ("+sdown", ""), ("+sdown", "master m host"), ("+sdown", "slave a b x @ m c 1"),
            ("+sdown", "slave a b 1 @"), ("+switch-master", "m a 1 b"), ("+switch-master", "m a 1 b x"),
        ] {
            #expect(event(channel, payload) == nil, "\(channel) \(payload)")
        }
    }

    @Test func `flags tell who is down`() {
        #expect(!SentinelFlags("master,s_down,o_down").isHealthy)
        #expect(SentinelFlags("master,s_down,o_down").isObjectivelyDown)
        #expect(SentinelFlags("slave,s_down").isSubjectivelyDown)
        #expect(!SentinelFlags("slave,disconnected").isHealthy)
        #expect(SentinelFlags("slave").isHealthy)
    }

    @Test func `a name that is not monitored is a refusal`() {
        let error = #expect(throws: ReplyError.self) {
            try SentinelPrimary(Recorded.error("ERR No such master with that name"))
        }
        #expect(error?.refusal?.code == "ERR")
        #expect(
            error?.description
                == "the server refused 'SENTINEL MASTER' with the error 'ERR No such master with that name'")
    }

    @Test func `a replica`() throws {
        let replica = try #require(try SentinelReplica.list(.array([Recorded.words(Self.replica)])).first)
        #expect(replica.address == Endpoint(host: "127.0.0.1", port: 17102))
        #expect(replica.primary == Endpoint(host: "127.0.0.1", port: 17101))
        #expect(replica.isLinkUp)
        #expect(replica.priority == 100)
        #expect(replica.offset == 573)
        #expect(replica.infoAge == .milliseconds(2922))
        #expect(replica.reportedRole == .replica)
        #expect(replica.isAnnounced)
        #expect(replica.isEligible)
    }

    @Test func `a replica that was never asked, of an old Sentinel`() throws {
        let line = Self.replica.replacing(
            "master-host 127.0.0.1 master-port 17101", with: "master-host ? master-port 0"
        )
        .replacing(" replica-announced 1", with: "").replacing("slave-priority 100", with: "slave-priority 0")
        let replica = try #require(try SentinelReplica.list(.array([Recorded.words(line)])).first)
        #expect(replica.primary == nil)
        #expect(replica.isAnnounced)
        #expect(!replica.isEligible)
    }

    @Test func `another Sentinel`() throws {
        let line = """
            name 702ce28dd5c8ba6ee44c1c68dda98d0b08b19ac1 ip 127.0.0.1 port 17104 \
            runid 702ce28dd5c8ba6ee44c1c68dda98d0b08b19ac1 flags sentinel link-pending-commands 0 link-refcount 1 \
            last-ping-sent 0 last-ok-ping-reply 839 last-ping-reply 839 down-after-milliseconds 5000 \
            last-hello-message 105 voted-leader ? voted-leader-epoch 0
            """
        let peer = try #require(try SentinelPeer.list(.array([Recorded.words(line)])).first)
        #expect(peer.address == Endpoint(host: "127.0.0.1", port: 17104))
        #expect(peer.runID == "702ce28dd5c8ba6ee44c1c68dda98d0b08b19ac1")
        #expect(peer.flags.isHealthy)
    }

    @Test(arguments: [
        RESPValue.integer(1), .null, .array([.integer(1)]), .array([Recorded.words("name m ip")]),
        .array([Recorded.words("name m ip h port x flags slave")]),
    ])
    func `lists that are none are errors`(reply: RESPValue) {
        #expect(throws: ReplyError.self) { try SentinelPrimary.list(reply) }
        #expect(throws: ReplyError.self) { try SentinelReplica.list(reply) }
        #expect(throws: ReplyError.self) { try SentinelPeer.list(reply) }
    }

    @Test func `the address of a primary`() throws {
        let reply = try SentinelAddressReply(Recorded.words("127.0.0.1 17101"))
        #expect(reply.primary == Endpoint(host: "127.0.0.1", port: 17101))
        #expect(try SentinelAddressReply(.null).primary == nil)
        #expect(throws: ReplyError.self) { try SentinelAddressReply(Recorded.words("127.0.0.1")) }
        #expect(throws: ReplyError.self) { try SentinelAddressReply(Recorded.error("LOADING")) }
    }
}
