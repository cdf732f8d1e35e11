import NIOCore
import RESP
import RedisTopology
import Testing

struct ACLLogTests {
    private func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }

    private func entry(_ fields: [(String, String)]) -> RESPValue {
        .array(fields.flatMap { [text($0.0), text($0.1)] })
    }

    @Test func `who was refused what kind of thing, and when`() throws {
        let client = "id=7 addr=10.0.0.9:4711 laddr=10.0.0.1:6379 fd=8 name=worker age=1 idle=0 flags=N cmd=flushall"
        let log = try ACLLog(
            .array([
                entry([
                    ("count", "2"), ("reason", "command"), ("context", "toplevel"), ("object", "flushall"),
                    ("username", "batch"), ("age-seconds", "4.096"), ("client-info", client),
                ]),
                entry([("reason", "auth"), ("username", "app"), ("age-seconds", "60"), ("object", "AUTH")]),
            ]))
        #expect(log.entries.map(\.user) == ["batch", "app"])
        #expect(log.entries.map(\.isLogin) == [false, true])
        #expect(log.entries.map(\.age) == [.milliseconds(4_096), .seconds(60)])
        #expect(log.entries.map { $0.client?.name } == ["worker", nil])
    }

    @Test func `a login refused by a Dragonfly, which writes the reason in capitals`() throws {
        let log = try ACLLog(
            .array([
                entry([("reason", "COMMAND"), ("object", "SET"), ("username", "batch"), ("age-seconds", "0.5213561")]),
                entry([("reason", "AUTH"), ("object", "AUTH"), ("username", "app"), ("age-seconds", "0.20314575")]),
            ]))
        #expect(log.entries.map(\.isLogin) == [false, true])
    }

    @Test func `an entry that says nothing useful is left out`() throws {
        let log = try ACLLog(
            .array([
                entry([("username", "app")]), entry([("age-seconds", "1")]), .null, .array([text("username")]),
                entry([("username", "app"), ("age-seconds", "1e300")]),
                entry([("username", "app"), ("age-seconds", "nan")]),
            ]))
        #expect(log.entries == [])
        #expect(throws: ReplyError.self) { try ACLLog(text("OK")) }
    }
}
