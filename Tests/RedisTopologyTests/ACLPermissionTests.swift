import NIOCore
import RESP
import Testing

@testable import RedisTopology

struct ACLPermissionTests {
    @Test(arguments: [
        (["~*"], "~app:*", true), (["~app:*"], "~app:users:*", true), (["~app:users:*"], "~app:*", false),
        (["~a?p*"], "~app", false), (["%R~x", "%W~x"], "~x", true), (["%R~x"], "~x", false), (["~x"], "%R~x", true),
        (["%RW~x"], "~x", true), (["&*"], "&news", true), (["&news"], "&*", false), ([], "~x", false),
    ])
    func `a pattern is covered by one that is wider, as far as the text shows it`(
        granted: [String], pattern: String, isCovered: Bool
    ) {
        #expect(ACLPatterns(granted).cover(pattern) == isCovered)
    }

    @Test func `who only reads needs no right to write`() {
        #expect(ACLPatterns(["%R~x"]).cover("~x", isForReading: true))
        #expect(!ACLPatterns(["%W~x"]).cover("~x", isForReading: true))
    }

    private func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }

    private func command(_ name: String, key: Int64, _ categories: [String], _ more: [RESPValue] = []) -> RESPValue {
        .array(
            [
                text(name), .integer(-2), .array([]), .integer(key), .integer(key), .integer(0),
                .array(categories.map(text)),
            ]
                + (more.isEmpty ? [] : [.array([]), .array([]), .array(more)]))
    }

    /// A table with the spelling of Dragonfly and the subcommands of Redis 7.
    private func table() throws -> CommandTable {
        try CommandTable(
            .array([
                command("GET", key: 1, ["@READ", "@FAST"]),
                command("config", key: 0, ["@slow"], [command("config|get", key: 0, ["@admin", "@dangerous"])]),
            ]))
    }

    @Test(arguments: [
        ("+@all -@dangerous", "config|get", false), ("+@all -@dangerous +config|get", "config|get", true),
        ("-@all +@read", "get", true), ("+@all -@read", "get", false), ("-@all +@admin", "config", true),
        ("-@all +config|get", "config", true), ("-@all +@read -get", "get", false),
    ])
    func `a category is what the server says it is`(rules: String, command: String, expected: Bool) throws {
        let permission = ACLPermission(rules: rules.split(separator: " ").map(String.init))
        #expect(try permission.mayRun(command, in: table()) == expected)
    }

    @Test func `a table of commands`() throws {
        let table = try table()
        #expect(table["get"]?.hasKeys == true && table["config|set"]?.hasKeys == false)
        #expect(table.lists("config|get") && !table.lists("config|set"))
        #expect(table.categories == ["read", "fast", "slow", "admin", "dangerous"])
        #expect(throws: ReplyError.self) { try CommandTable(.null) }
    }

    @Test func `a user is made from what the server tells, in the words of any version`() throws {
        let six = try ACLUser(
            .array([
                text("flags"), .array([text("on"), text("allchannels")]), text("passwords"), .array([text("ab")]),
                text("commands"), text("+@all"), text("keys"), .array([text("app:*"), text("x")]), text("channels"),
                .array([text("*")]),
            ]))
        #expect(six.rightsRules == ["~app:*", "~x", "resetchannels", "&*", "+@all"])
        #expect(six.passwordRules == ["#ab"] && !six.tellsWholeDigests)
        let dragonfly = try ACLUser(
            .array([
                text("flags"), .array([text("on")]), text("passwords"), text("#e3b0c44298fc1c1"), text("commands"),
                text("+@ALL"), text("keys"), text("~*"), text("channels"), text("resetchannels"),
            ]))
        #expect(dragonfly.needsNoPassword)
        #expect(dragonfly.rightsRules == ["~*", "resetchannels", "+@all"])
    }
}
