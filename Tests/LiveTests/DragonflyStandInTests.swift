import NIOCore
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// What the stand-in says is what a real Dragonfly v1.40.1 was recorded to say.
    @Suite struct DragonflyStandInTests {
        @Test func `it answers as Dragonfly where Redis would answer otherwise`() async throws {
            try await withDragonflyLab(LabDescription(sentinels: nil)) { lab, _ in
                let target = lab.session(lab.target)
                let server = try await target.send(["INFO", "server"]).string ?? ""
                #expect(server.contains("redis_version:7.4.0\r\ndragonfly_version:df-v1.40.1\r\n"))
                #expect(!server.contains("run_id"))
                let replication = try await target.send(["INFO", "replication"]).string ?? ""
                #expect(replication.hasPrefix("# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_replid:"))
                #expect(!replication.contains("master_repl_offset"))
                #expect(try await target.send(["INFO", "everything"]).string == "")
                #expect(
                    try await target.send(["INFO", "keyspace"]).string
                        == "# Keyspace\r\ndb0:keys=0,expires=0,hits=0,misses=0,hit_ratio=0.00,avg_ttl=-1\r\n")
                #expect(try await target.send(["ROLE"]) == .array([.bulkString(.init(string: "master")), .array([])]))
                await target.close()
            }
        }

        @Test(arguments: [
            (["CLIENT", "KILL", "TYPE", "normal"], "ERR syntax error"),
            (["CONFIG", "SET", "a", "1", "b", "2"], "ERR wrong number of arguments for 'config|set' command"),
            (
                ["CONFIG", "SET", "slave-priority", "1"],
                "ERR Unknown option or number of arguments for CONFIG SET - 'slave-priority'"
            ),
            (["CONFIG", "REWRITE"], "ERR The server is running without a config file"),
            (["PSYNC", "?", "-1"], "ERR unknown command `PSYNC`"),
            (["REPLICAOF", "127.0.0.1", "1"], "ERR replication cancelled"),
        ])
        func `it refuses what Dragonfly refuses`(words: [String], message: String) async throws {
            try await withDragonflyLab(LabDescription(sentinels: nil)) { lab, _ in
                let target = lab.session(lab.target)
                let reply = try await target.send(Command(words))
                #expect(reply == .error(RESPError(message: message)))
                await target.close()
            }
        }

        @Test func `it prepares, follows with the source's offset, and is promoted by a Sentinel`() async throws {
            var description = LabDescription(
                sentinels: .init(downAfter: .seconds(30), infoPeriod: .milliseconds(100)))
            description.source.extraLines = ["repl-diskless-sync-delay 1"]
            try await withDragonflyLab(description) { lab, standIn in
                let target = lab.session(lab.target)
                try await lab.send(["SET", "key", "value"], to: lab.source)
                let port = String(lab.source.address.port)
                #expect(
                    try await target.send(Command(["CONFIG", "SET", "replica_priority", "10"])) == .simpleString("OK"))
                #expect(try await target.send(Command(["REPLICAOF", "127.0.0.1", port])) == .simpleString("OK"))
                let preparing = try await target.send(["INFO", "replication"]).string ?? ""
                #expect(preparing.contains("master_link_status:up") && !preparing.contains("slave_repl_offset"))
                #expect(try await target.send(["ROLE"]).array?.last?.string == "preparation")
                try await eventually("the target is online") {
                    try await target.send(["ROLE"]).array?.last?.string == "online"
                }
                #expect(try await target.send(["INFO", "replication"]).string?.contains("slave_repl_offset:") == true)
                #expect(try await target.send(["GET", "key"]).string == "value")

                try await eventually("the Sentinel can choose the stand-in") {
                    let replicas = try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: lab.sentinels[0])
                    let words = replicas.array?.first?.array?.compactMap(\.string) ?? []
                    return words.contains(String(standIn.address.port)) && words.contains("10")
                }
                try await lab.send(["SENTINEL", "FAILOVER", "primary"], to: lab.sentinels[0])
                try await eventually("the Sentinel names the stand-in") {
                    let answer = try await lab.send(
                        ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"], to: lab.sentinels[0])
                    return answer.array?.last?.string == String(standIn.address.port)
                }
                #expect(try await target.send(["SET", "key", "after"]) == .simpleString("OK"))
                let received = await standIn.received
                #expect(received.contains { $0.prefix(3) == ["CLIENT", "KILL", "TYPE"] })
                await target.close()
            }
        }

        @Test func `a Redis can never follow it`() async throws {
            try await withDragonflyLab(LabDescription(sentinels: nil)) { lab, standIn in
                try await lab.send(
                    Command(["REPLICAOF", "127.0.0.1", String(standIn.address.port)]), to: lab.source)
                try await eventually("the source has asked for a sync, twice") {
                    await standIn.received.filter { $0.first == "PSYNC" }.count > 1
                }
                let state = try await lab.send(["INFO", "replication"], to: lab.source).string ?? ""
                #expect(state.contains("master_link_status:down"))
            }
        }
    }
}
