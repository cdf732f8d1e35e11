import Escaping
import FoundationEssentials
import NIOCore
import RESP
import Seeding
import Testing

@testable import RedisTopology

/// Replies that a seeded generator has damaged. Each is read or refused, and what is said about it can be shown.
///
/// `PLANRUN_SEED` repeats a run, `PLANRUN_FUZZ_SECONDS` makes it longer.
struct ReplyFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["PLANRUN_FUZZ_SECONDS"].flatMap { Int64($0) } ?? 1

    private static let readers: [@Sendable (RESPValue) throws -> Void] = [
        { _ = try Info($0) }, { _ = try ReplicationInfo($0) }, { _ = try ServerInfo($0) }, { _ = try KeyspaceInfo($0) },
        { _ = try CommandStats($0) }, { _ = try MemoryInfo($0) }, { _ = try PersistenceInfo($0) },
        { _ = try ClientList($0) }, { _ = try ACLLog($0) }, { _ = try ACLUser($0) }, { _ = try CommandTable($0) },
        { _ = try ConfigReply($0).integer("maxmemory") }, { _ = try RoleReply($0) },
        { _ = try SentinelAddressReply($0) },
        { _ = try SentinelPrimary($0) }, { _ = try SentinelPrimary.list($0) }, { _ = try SentinelReplica.list($0) },
        { _ = try SentinelPeer.list($0) },
    ]

    private static let sentinelFields =
        "name m ip 10.0.0.1 port 6379 runid abc flags master,s_down num-slaves 2 num-other-sentinels 2 quorum 2 "
        + "down-after-milliseconds 5000 failover-timeout 20000 parallel-syncs 1 config-epoch 7 info-refresh 120 "
        + "role-reported slave master-host 10.0.0.2 master-port 6379 master-link-status ok slave-priority 100 "
        + "slave-repl-offset 12 replica-announced 1 voted-leader-epoch 3"

    private static let originals: [RESPValue] = [
        Recorded.redisPrimary, Recorded.redisGreeting, Recorded.redisSyncing, Recorded.redisFollowing,
        Recorded.dragonflyPrimary, Recorded.dragonflyRole("stable_sync"),
        Recorded.text(
            "# Server\nredis_version:7.0.15\nrun_id:abc\nredis_mode:standalone\ntcp_port:6379\nuptime_in_seconds:7"),
        Recorded.text("# Keyspace\ndb0:keys=10,expires=1,avg_ttl=0\ndb15:keys=1,expires=0,avg_ttl=3"),
        Recorded.text("# Commandstats\ncmdstat_get:calls=10,usec=5\ncmdstat_config|get:calls=1\nunknown_x:3"),
        Recorded.text("# Memory\nused_memory:1048576\nmaxmemory:0\nmaxmemory_policy:noeviction\ntotal_system_memory:9"),
        Recorded.text(
            "# Persistence\nloading:0\nrdb_bgsave_in_progress:0\nrdb_last_bgsave_status:ok\nrdb_last_save_time:1"),
        Recorded.text("id=7 addr=10.0.0.9:4711 laddr=10.0.0.1:6379 fd=8 name=a age=1 idle=0 flags=N cmd=get user=x\n"),
        Recorded.words(sentinelFields), .array([Recorded.words(sentinelFields), Recorded.words(sentinelFields)]),
        Recorded.words("10.0.0.1 6379"), Recorded.words("maxmemory 100"),
        .array([Recorded.words("count 2 reason auth username app age-seconds 4.096 object AUTH")]),
        .array([
            .array([
                .bulkString(ByteBuffer(string: "get")), .integer(2), Recorded.words("readonly fast"), .integer(1),
                .integer(1),
                .integer(1), Recorded.words("@read @string"),
            ])
        ]),
        .array([
            .bulkString(ByteBuffer(string: "master")), .integer(12), .array([Recorded.words("127.0.0.1 16380 204683")]),
        ]),
        .array([
            .bulkString(ByteBuffer(string: "flags")), Recorded.words("on allkeys"),
            .bulkString(ByteBuffer(string: "passwords")), Recorded.words("2d711642b726b044"),
            .bulkString(ByteBuffer(string: "commands")), .bulkString(ByteBuffer(string: "-@all +get (~x +set)")),
            .bulkString(ByteBuffer(string: "keys")), .bulkString(ByteBuffer(string: "~*")),
        ]),
    ]

    private static let splices = [
        ":", "=", ",", "\r\n", "\n", "#", "# ", " ", "|", "@", "-", "+", "(", ")", "~", "[", "]", "0", "-1", "70000",
        "nan", "inf",
        "9223372036854775808", "-9223372036854775809", "1e308", "\u{0}", "\u{1B}[2J", "\u{202E}", "e\u{301}",
        "slave0:ip=",
        "db0:keys=", "role:master", "role:slave", "port=", "_",
    ]

    @Test(.saysSeed) func `whatever a server answers is read or refused in words that can be shown`() {
        var random = SeededRandom()
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var replies = 0
        while ContinuousClock.now < end {
            var reply = Self.originals.randomElement(using: &random) ?? .null
            for _ in 0..<Int.random(in: 0...5, using: &random) { reply = damaged(reply, &random) }
            for read in Self.readers {
                do {
                    try read(reply)
                } catch {
                    let text = "\(error)"
                    guard text.utf8.count < 2_000, !text.unicodeScalars.contains(where: VisibleText.isUnsafe) else {
                        Issue.record("reply \(replies): \(text.debugDescription)\n\(reply)")
                        return
                    }
                }
            }
            replies += 1
        }
        if Self.environment["PLANRUN_FUZZ_SECONDS"] != nil {
            print("PLANRUN_SEED=\(SeededRandom.seed): \(replies) replies, each read by \(Self.readers.count)")
        }
        #expect(replies > 0)
    }

    private func damaged(_ value: RESPValue, _ random: inout SeededRandom) -> RESPValue {
        if Int.random(in: 0..<12, using: &random) == 0 { return other(&random) }
        switch value {
        case .array(var elements):
            guard !elements.isEmpty else { return .array([other(&random)]) }
            let index = Int.random(in: elements.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: elements.remove(at: index)
            case 1: elements.insert(elements[index], at: index)
            case 2: elements.insert(other(&random), at: index)
            default: elements[index] = damaged(elements[index], &random)
            }
            return .array(elements)
        case .simpleString(let text): return .simpleString(damaged(text, &random))
        case .bulkString(let bytes): return .bulkString(ByteBuffer(string: damaged(String(buffer: bytes), &random)))
        case .error, .integer, .null: return other(&random)
        }
    }

    private func damaged(_ text: String, _ random: inout SeededRandom) -> String {
        var scalars = Array(text.unicodeScalars)
        let position = Int.random(in: 0...scalars.count, using: &random)
        let length = min(Int.random(in: 1...30, using: &random), scalars.count - position)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: scalars.removeSubrange(position..<(position + length))
        case 1: scalars.insert(contentsOf: Array(scalars[position..<(position + length)]), at: position)
        default:
            let splice = Self.splices.randomElement(using: &random) ?? ""
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                scalars.insert(contentsOf: splice.unicodeScalars, at: position)
            }
        }
        return scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    private func other(_ random: inout SeededRandom) -> RESPValue {
        let text = Self.splices.randomElement(using: &random) ?? ""
        return switch Int.random(in: 0..<7, using: &random) {
        case 0: .null
        case 1: .integer(Int64.random(in: .min ... .max, using: &random))
        case 2: .error(RESPError(message: "ERR \(text)"))
        case 3: .array([])
        case 4: .simpleString(text)
        case 5: .bulkString(ByteBuffer(bytes: [0xFF, 0xFE, 0x80]))
        default: .bulkString(ByteBuffer(string: text))
        }
    }
}
