import RESP
import RedisTopology
import Testing

@testable import Operations

/// Which engine and version can follow which.
struct VersionPairTests {
    private func server(_ engine: String, _ version: String) throws -> ServerInfo {
        let lines =
            switch engine {
            case "valkey": ["redis_version:7.2.4", "server_name:valkey", "valkey_version:\(version)"]
            case "dragonfly": ["redis_version:7.4.0", "dragonfly_version:df-v\(version)"]
            default: ["redis_version:\(version)"]
            }
        return try ServerInfo(.info(["# Server"] + lines))
    }

    @Test(arguments: [
        ("redis 6.2.0", "redis 6.2.0"), ("redis 6.2.0", "redis 8.0.0"), ("redis 7.0.15", "valkey 8.1.0"),
        ("redis 7.2.4", "valkey 7.2.5"), ("redis 7.2.4", "valkey 9.0.0"), ("redis 7.4.0", "valkey 9.0.0"),
        ("redis 7.4.0", "redis 7.4.0"), ("redis 8.0.0", "dragonfly 1.40.1"), ("valkey 8.0.0", "redis 7.2.4"),
        ("dragonfly 1.40.1", "redis 6.2.0"),
    ])
    func `pairs that go together`(_ source: String, _ target: String) throws {
        #expect(try problem(source, target) == nil)
    }

    @Test(arguments: [
        ("redis 7.0.0", "redis 6.2.0", 10, 9), ("redis 7.2.0", "redis 7.0.15", 11, 10),
        ("redis 7.4.0", "redis 7.2.0", 12, 11), ("redis 7.4.0", "valkey 8.1.0", 12, 11),
        ("valkey 9.0.0", "redis 8.0.0", 80, 12), ("valkey 9.1.0", "valkey 8.0.0", 80, 11),
    ])
    func `pairs whose full sync would never end`(
        _ source: String, _ target: String, _ writes: Int, _ reads: Int
    ) throws {
        let engine = String(target.prefix { $0 != " " })
        #expect(
            try problem(source, target)
                == VersionPair.Problem(
                    sentence:
                        "the source writes RDB version \(writes), the target reads up to \(reads): the full sync would fail each time",
                    wanted: "a target that reads RDB version \(writes)", remedy: "take a newer \(engine) as target"))
    }

    @Test func `a source that cannot pause writes alone`() throws {
        #expect(
            try problem("redis 6.0.16", "dragonfly 1.40.1")
                == VersionPair.Problem(
                    sentence: "the source runs redis 6.0.16, which cannot pause writes alone",
                    wanted: "redis 6.2 or newer",
                    remedy: "upgrade the source to 6.2 or newer first; a restart with the new binary does"))
    }

    private func problem(_ source: String, _ target: String) throws -> VersionPair.Problem? {
        let (from, to) = (source.split(separator: " "), target.split(separator: " "))
        return VersionPair(
            source: try server(String(from[0]), String(from[1])), target: try server(String(to[0]), String(to[1]))
        ).problem
    }
}
