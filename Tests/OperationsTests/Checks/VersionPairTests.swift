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
        ("redis 7.2.4", "valkey 7.2.5"), ("redis 7.2.4", "valkey 9.0.0"), ("valkey 8.1.0", "valkey 9.0.0"),
        ("redis 7.4.0", "redis 7.4.0"), ("redis 8.4.0", "dragonfly 1.40.1"), ("valkey 8.0.0", "redis 7.2.4"),
        ("redis 8.6.0", "redis 8.6.1"), ("redis 8.12.0", "redis 8.10.0"), ("redis 7.0.15", "dragonfly 1.26.0"),
        ("valkey 9.1.0", "valkey 8.0.0"), ("valkey 9.1.0", "redis 7.2.4"), ("valkey 9.2.0", "dragonfly 1.40.1"),
        ("valkey 9.2.0", "valkey 9.0.1"), ("dragonfly 1.40.1", "redis 6.2.0"), ("dragonfly 1.10.0", "dragonfly 1.40.1"),
    ])
    func `pairs that go together`(_ source: String, _ target: String) throws {
        #expect(try pair(source, target).problems == [])
    }

    @Test(arguments: [
        ("redis 7.0.0", "redis 6.2.0", 10, 9, "", "take redis 7.0 or newer as target"),
        ("redis 7.2.0", "redis 7.0.15", 11, 10, "", "take redis 7.2 or newer as target"),
        ("redis 7.4.0", "redis 7.2.0", 12, 11, "", "take redis 7.4 or newer as target"),
        ("redis 8.6.1", "redis 8.4.0", 13, 12, "", "take redis 8.6 or newer as target"),
        ("redis 8.10.2", "redis 8.8.0", 15, 14, "", "take redis 8.10 or newer as target"),
        (
            "redis 7.4.0", "valkey 8.1.0", 12, 11, " (valkey#845)",
            "take valkey 9.0 or newer with rdb-version-check relaxed, and rehearse it; or take a redis as target"
        ),
        (
            "redis 8.6.1", "valkey 9.0.3", 13, 11, " (valkey#845)",
            "CONFIG SET rdb-version-check relaxed on the target, which reads what redis 7.2 had, too, and rehearse it; or take a redis as target"
        ),
        ("valkey 9.0.0", "redis 8.0.0", 80, 12, " (valkey#645)", "take valkey 9.0 or newer as target"),
        ("valkey 9.0.1", "valkey 8.1.5", 80, 11, " (valkey#2917)", "take valkey 9.0 or newer as target"),
        (
            "valkey 9.0.0", "dragonfly 1.40.1", 80, 12, " (valkey#645)",
            "upgrade the source to valkey 9.1 or newer, which writes an older format for others, with repl-diskless-sync yes"
        ),
        (
            "redis 8.10.2", "dragonfly 1.40.1", 15, 12, " (dragonfly#8361)",
            "no dragonfly up to 1.40 reads it: follow dragonfly#8361, or take a redis as target"
        ),
    ])
    func `pairs whose full sync would never end`(
        _ source: String, _ target: String, _ writes: Int, _ reads: Int, _ issue: String, _ remedy: String
    ) throws {
        #expect(
            try pair(source, target).problems == [
                VersionPair.Problem(
                    sentence:
                        "\(source) writes RDB version \(writes), \(target) reads up to \(reads): the full sync would fail each time\(issue)",
                    wanted: "a target that reads RDB version \(writes)", remedy: remedy)
            ])
    }

    @Test(arguments: [
        ("redis 7.0.15", "1.6.2", "redis 7.0.15 writes RDB version 10", "reads up to 9", "dragonfly#1403"),
        ("redis 7.4.2", "1.23.0", "redis 7.4.2 writes RDB version 12", "reads up to 11", "dragonfly#3860"),
    ])
    func `an old Dragonfly refuses a format that newer ones read`(
        _ source: String, _ version: String, _ writes: String, _ reads: String, _ issue: String
    ) throws {
        let problem = try #require(try pair(source, "dragonfly \(version)").problems.first)
        #expect(
            problem.sentence
                == "\(writes), dragonfly \(version) \(reads): the full sync would fail each time (\(issue))")
        #expect(problem.remedy == "take dragonfly \(issue == "dragonfly#1403" ? "1.7" : "1.24") or newer as target")
    }

    @Test func `settings that change what is written and read`() throws {
        var relaxed = try pair("redis 7.4.0", "valkey 9.0.0")
        relaxed.settings.takesForeignFormats = true
        #expect(relaxed.problems == [])
        var tooOld = try pair("redis 7.4.0", "valkey 8.1.0")
        tooOld.settings.takesForeignFormats = true
        #expect(tooOld.problems.count == 1)
        var onDisk = try pair("valkey 9.1.0", "redis 8.0.0")
        onDisk.settings.isDiskless = false
        #expect(
            onDisk.problems.map(\.remedy) == [
                "take valkey 9.1 or newer as target, or CONFIG SET repl-diskless-sync yes on the source"
            ])
    }

    @Test func `what nobody has tried is not called broken`() throws {
        let problems = try pair("redis 8.10.2", "dragonfly 1.41.0").problems
        #expect(problems.map(\.isCertain) == [false])
        #expect(
            problems.map(\.sentence) == [
                "redis 8.10.2 writes RDB version 15; whether dragonfly 1.41.0 reads more than 12 is not known here (dragonfly#8361)"
            ])
    }

    @Test func `each known trouble of an old Dragonfly is named with its issue`() throws {
        let problems = try pair("redis 7.2.4", "dragonfly 1.16.0").problems
        #expect(
            problems.map(\.sentence) == [
                "dragonfly 1.16.0 does not load streams as redis 7 and valkey write them (dragonfly#4159)",
                "dragonfly 1.16.0 leaves writes out that the source sends as transactions, as redis 7.2 and valkey do (dragonfly#3922)",
                "dragonfly 1.16.0 does not show how far it has followed (slave_repl_offset), so no cutover could wait for it (dragonfly#3596)",
                "dragonfly 1.16.0 calls itself 'role:replica', which Sentinel does not read: its priority and offset stay unknown, and it could be promoted before it has everything (dragonfly#706, dragonfly#2936, dragonfly#3467)",
                "dragonfly 1.16.0 has no replica-priority, by which Sentinel is told whom to promote (dragonfly#3202)",
                "dragonfly 1.16.0 takes a full sync that broke off for done when it connects again, and misses its keys (dragonfly#2836)",
            ])
        #expect(Set(problems.map(\.remedy)) == ["take dragonfly 1.26 or newer as target"])
        #expect(
            problems.map(\.wanted)
                == [1.26, 1.24, 1.22, 1.22, 1.2, 1.17].map { version in
                    "dragonfly \(version == 1.2 ? "1.20" : "\(version)") or newer"
                })
    }

    @Test func `trouble is only told where it concerns`() throws {
        // Redis 6.2 replicates streams and transactions in the old form, which Dragonfly 1.22 reads well.
        #expect(try pair("redis 6.2.14", "dragonfly 1.22.0").problems == [])
        #expect(try pair("redis 7.0.15", "dragonfly 1.25.0").problems.count == 1)
        var alone = try pair("redis 6.2.14", "dragonfly 1.21.0")
        #expect(alone.problems.count == 2)
        alone.settings.saysSlave = true
        #expect(alone.problems.count == 1)
        alone.settings.saysSlave = false
        alone.isUnderSentinel = false
        #expect(alone.problems.count == 1)
    }

    @Test func `a source that cannot pause writes alone`() throws {
        #expect(
            try pair("redis 6.0.16", "dragonfly 1.40.1").problems == [
                VersionPair.Problem(
                    sentence: "the source runs redis 6.0.16, which cannot pause writes alone",
                    wanted: "redis 6.2 or newer",
                    remedy: "upgrade the source to 6.2 or newer first; a restart with the new binary does")
            ])
    }

    private func pair(_ source: String, _ target: String) throws -> VersionPair {
        let (from, to) = (source.split(separator: " "), target.split(separator: " "))
        return VersionPair(
            source: try server(String(from[0]), String(from[1])), target: try server(String(to[0]), String(to[1])))
    }
}
