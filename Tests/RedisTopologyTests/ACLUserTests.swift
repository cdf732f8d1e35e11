import NIOCore
import RESP
import Testing

@testable import RedisTopology

struct ACLUserTests {
    private func user(_ commands: String, flags: [String] = ["on"], digest: String = "") throws -> ACLUser {
        func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }
        return try ACLUser(
            .array([
                text("flags"), .array(flags.map(text)), text("passwords"), .array(digest.isEmpty ? [] : [text(digest)]),
                text("commands"), text(commands), text("keys"), text("~*"),
            ]))
    }

    @Test(arguments: [
        ("+@all", "ping", true), ("-@all", "ping", false), ("", "ping", false),
        ("-@all +psync +replconf +ping", "psync", true), ("-@all +psync +replconf +ping", "info", false),
        ("+@all -client|pause", "client|pause", false), ("+@all -client|pause", "client|kill", true),
        ("-@all +config", "config|get", true), ("-@all +config -config|set", "config|set", false),
        ("-@all +config|get", "config|set", false),
        ("-@all +@connection", "ping", nil), ("-@all +@connection +ping", "ping", true),
        ("+@all -@dangerous", "config|get", nil),
    ])
    func `the last rule that fits decides, and a category is for the server to know`(
        rules: String, command: String, expected: Bool?
    ) throws {
        #expect(try user(rules).mayRun(command) == expected)
    }

    @Test func `allcommands, as Redis 6 says it`() throws {
        #expect(try user("+@all", flags: ["on", "allcommands"]).mayRun("psync") == true)
    }

    @Test func `digests are compared as far as both are told, and never shown`() throws {
        let whole = try user("+@all", digest: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
        #expect(try whole.sharesPassword(with: user("", digest: "#2d711642b726b04")))
        #expect(try !whole.sharesPassword(with: user("", digest: "#30c952fab122c3f")))
        #expect(try !whole.sharesPassword(with: user("", digest: "#2d71")))
        #expect(try !whole.sharesPassword(with: user("")))
        #expect("\(whole)" == "a user with 1 rules")
        var dumped = ""
        dump(whole, to: &dumped)
        #expect(!dumped.contains("2d71"))
    }

    @Test func `flags`() throws {
        #expect(try user("", flags: ["off"]).isOn == false)
        #expect(try user("", flags: ["on", "nopass"]).needsNoPassword)
        #expect(throws: ReplyError.self) { try ACLUser(.null) }
    }
}
