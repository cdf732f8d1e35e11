import NIOCore
import RESP
import Testing
import Values

@testable import RedisTopology

struct RoleReplyTests {
    @Test func `Redis as primary`() throws {
        let reply = RESPValue.array([
            .bulkString(.init(string: "master")), .integer(204_831),
            .array([Recorded.words("127.0.0.1 16380 204683")]),
        ])
        let replica = RoleReply.Replica(address: Endpoint(host: "127.0.0.1", port: 16380), offset: 204_683)
        #expect(try RoleReply(reply) == .primary(offset: 204_831, replicas: [replica]))
    }

    @Test func `Dragonfly as primary has the replicas in second place`() throws {
        let empty = RESPValue.array([.bulkString(.init(string: "master")), .array([])])
        #expect(try RoleReply(empty) == .primary(offset: nil, replicas: []))
        let one = RESPValue.array([
            .bulkString(.init(string: "master")), .array([Recorded.words("127.0.0.1 16380 online")]),
        ])
        let replica = RoleReply.Replica(address: Endpoint(host: "127.0.0.1", port: 16380), offset: nil)
        #expect(try RoleReply(one) == .primary(offset: nil, replicas: [replica]))
    }

    @Test(arguments: [
        ("connect", RoleReply.LinkState.connecting), ("connecting", .connecting), ("handshake", .connecting),
        ("preparation", .preparing), ("sync", .fullSync), ("full_sync", .fullSync), ("connected", .online),
        ("online", .online), ("stable_sync", .online), ("unheard", .other("unheard")),
    ])
    func `the link of a replica in the words of each engine`(word: String, state: RoleReply.LinkState) throws {
        let primary = Endpoint(host: "127.0.0.1", port: 16679)
        #expect(
            try RoleReply(Recorded.dragonflyRole(word)) == .replica(of: primary, link: state, offset: nil))
    }

    @Test func `Redis as replica tells its offset`() throws {
        let reply = RESPValue.array([
            .bulkString(.init(string: "slave")), .bulkString(.init(string: "h")), .integer(6379),
            .bulkString(.init(string: "connected")), .integer(573),
        ])
        #expect(
            try RoleReply(reply)
                == .replica(of: Endpoint(host: "h", port: 6379), link: .online, offset: 573))
    }

    @Test func `a Sentinel`() throws {
        let reply = RESPValue.array([.bulkString(.init(string: "sentinel")), Recorded.words("m other")])
        #expect(try RoleReply(reply) == .sentinel(monitored: ["m", "other"]))
    }

    @Test(arguments: [
        Recorded.words("king"), Recorded.words("slave h 1"), .array([]), .integer(1), .null,
        Recorded.error("NOPERM no"),
    ])
    func `everything else is an error`(reply: RESPValue) {
        #expect(throws: ReplyError.self) { try RoleReply(reply) }
    }
}
