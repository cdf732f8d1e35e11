import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Each check of compatibility passes on a real server and misses on one.
    @Suite struct CompatibilityCheckTests {
        @Test(.covers("commands")) func `commands that the target does not know`() async throws {
            try await withLab(.pair(target: ["rename-command GETEX \"\""])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("commands").masked == "the target knows all # commands in use")
                try await bench.source("GETEX", "a")
                try await bench.source("GETEX", "a")
                #expect(
                    try await bench.miss("commands") == [
                        "the target does not know GETEX (2 calls)", "all commands that applications use",
                        "change the applications first, or take a target that knows them; CONFIG RESETSTAT on \(lab.source.address) forgets old calls",
                    ])
                try await lab.follow(.oldCalls, in: bench.miss("commands"), at: lab.source)
                _ = try await bench.pass("commands")
                try await bench.source("GETEX", "a")
                try await bench.target("REPLICAOF", "127.0.0.1", "\(lab.source.address.port)")
                #expect(
                    try await bench.miss("commands").last
                        == "change the applications first, or take a target that knows them; to forget old calls, 'rollback', then CONFIG RESETSTAT on \(lab.source.address), then 'apply': while the target follows it would end the run"
                )
            }
        }

        @Test(.covers("dropped-commands")) func `commands that Dragonfly drops from the stream`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab, target: .dragonfly)
                #expect(
                    try await bench.pass("dropped-commands") == "none of the commands that Dragonfly drops is in use")
                try await bench.source("SET", "a", "1")
                try await bench.source("COPY", "a", "b")
                #expect(
                    try await bench.miss("dropped-commands") == [
                        "the source has served COPY (1 call) and does not tell whether with the option DB: "
                            + "a COPY with DB is dropped from the stream by Dragonfly, even within one database",
                        "an answer",
                        "see that applications write COPY without DB, or keep them from using it until the cutover is over",
                    ])
                try await bench.source("SWAPDB", "0", "1")
                try await bench.source("COPY", "a", "b", "DB", "1")
                let elsewhere = lab.session(lab.source)
                _ = try await elsewhere.pipeline([["SELECT", "2"], ["SET", "a", "1"]], timeout: nil)
                await elsewhere.close()
                #expect(
                    try await bench.miss("dropped-commands") == [
                        "the source has served SWAPDB (1 call), COPY … DB, which Dragonfly drops from the stream",
                        "none of these during the migration",
                        "keep applications from using them until the cutover is over; CONFIG RESETSTAT on \(lab.source.address) forgets old calls",
                    ])
            }
        }

        @Test(.covers("functions")) func `functions that the target cannot load`() async throws {
            try await withLab(.pair(target: ["rename-command FUNCTION \"\""])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("functions") == "the source has no functions")
                let code = "#!lua name=jobs\nredis.register_function('f', function() return 1 end)"
                try await bench.source("FUNCTION", "LOAD", code)
                #expect(
                    try await bench.miss("functions") == [
                        "the source has the function library 'jobs', and the target knows no functions",
                        "no function on the source: each full sync would break off at the first one",
                        "if nobody uses them, each of them: FUNCTION DELETE <name> on \(lab.source.address); or take a target that knows functions",
                    ])
                try await lab.follow(
                    .functions, in: bench.miss("functions"), at: lab.source, filling: ["<name>": "jobs"])
                #expect(try await bench.pass("functions") == "the source has no functions")
            }
        }

        @Test(.covers("scripts")) func `scripts on the way to Dragonfly`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab, target: .dragonfly)
                #expect(try await bench.pass("scripts") == "no scripts have run")
                try await bench.source("EVAL", "return 1", "0")
                #expect(
                    try await bench.miss("scripts") == [
                        "the source has run scripts once, and Dragonfly refuses one that touches keys it does not declare",
                        "scripts that name all their keys in KEYS",
                        "try the scripts on the target, or start Dragonfly with --default_lua_flags=allow-undeclared-keys",
                    ])
            }
        }

        @Test(.covers("keyspace-events")) func `keyspace notifications that differ`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("keyspace-events") == "the source sends no keyspace notifications")
                try await bench.source("CONFIG", "SET", "notify-keyspace-events", "Ex")
                #expect(
                    try await bench.miss("keyspace-events") == [
                        "the source sends keyspace notifications 'xE', the target ''", "the same on both",
                        "CONFIG SET notify-keyspace-events xE on \(lab.target.address)",
                    ])
                try await lab.follow(.keyspaceEvents, in: bench.miss("keyspace-events"), at: lab.target)
                #expect(try await bench.pass("keyspace-events") == "both send 'xE'")
            }
        }

        @Test(.covers("databases")) func `a database that the target does not have`() async throws {
            try await withLab(.pair(source: ["databases 32"])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("databases") == "databases up to 0 are in use, the target has 16")
                let session = lab.session(lab.source)
                _ = try await session.pipeline([["SELECT", "20"], ["SET", "a", "b"]], timeout: nil)
                await session.close()
                #expect(
                    try await bench.miss("databases") == [
                        "database 20 of the source holds keys, and the target has only 16 databases",
                        "21 databases at least; with fewer the full sync fails each time",
                        "start the target with databases 32",
                    ])
            }
        }

        @Test func `fewer databases than the source on Dragonfly, even unused ones`() async throws {
            try await withLab(.pair(source: ["databases 32"])) { lab in
                let missed = try await CheckBench(lab, target: .dragonfly).miss("databases")
                #expect(
                    missed == [
                        "the source has 32 databases, the target 16",
                        "as many: otherwise writes to a database that is first used during the migration overwrite keys of another",
                        "start the target with --dbnum 32",
                    ])
            }
        }

        @Test(.covers("eviction")) func `another rule of eviction`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("eviction") == "both have noeviction")
                try await bench.source("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
                #expect(
                    try await bench.miss("eviction") == [
                        "the source has maxmemory-policy allkeys-lru, the target noeviction", "the same on both",
                        "CONFIG SET maxmemory-policy allkeys-lru on \(lab.target.address)",
                    ])
                try await lab.follow(.eviction, in: bench.miss("eviction"), at: lab.target)
                #expect(try await bench.pass("eviction") == "both have allkeys-lru")
            }
        }

        @Test(.covers("big-keys")) func `a key that is huge`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("big-keys") == "the source has no keys")
                try await bench.source("SETRANGE", "heavy", String(1 << 20), "x")
                #expect(try await bench.pass("big-keys").masked == "the largest of # key uses # MiB")
                let missed = try await bench.miss("big-keys", ["largest": .size(ByteCount(bytes: 64 << 10))])
                #expect(missed[0].masked == "the key 'heavy' uses # MiB")
                #expect(
                    missed.dropFirst() == [
                        "64.0 KiB at most (of 1 key looked at)",
                        "split it up before the move, or rehearse with a key of that size",
                    ])
                let session = lab.session(lab.source)
                let move: [Command] = [["MOVE", "heavy", "3"], ["SET", "light", "1"]]
                _ = try await session.pipeline(move, timeout: nil)
                await session.close()
                let elsewhere = try await bench.miss("big-keys", ["largest": .size(ByteCount(bytes: 64 << 10))])
                #expect(elsewhere[0].masked == "the key 'heavy' of database # uses # MiB")
                #expect(elsewhere[1] == "64.0 KiB at most (of 2 keys looked at)")
            }
        }

        @Test(.covers("versions")) func `an engine that is not the one of the plan`() async throws {
            try await withLab(.pair()) { lab in
                let info = try await lab.send(["INFO", "server"], to: lab.target).string ?? ""
                let version = try #require(info.firstMatch(of: #/redis_version:([\d.]+)/#)?.output.1)
                #expect(try await CheckBench(lab).pass("versions") == "redis \(version) to redis \(version)")
                #expect(
                    try await CheckBench(lab, target: .valkey).miss("versions") == [
                        "\(lab.target.address) runs redis \(version)", "valkey, as in the plan",
                        "correct 'engine' in the plan, or the address",
                    ])
            }
        }

        @Test func `a pair of versions that is known to go wrong, with its issue`() async throws {
            try await withGatedLab(.pair()) { lab, gates in
                gates.watch { sighting in
                    guard sighting.server == "source", sighting.words == ["INFO", "server"] else { return .pass }
                    return .answer(.info("# Server", "redis_version:8.10.2"))
                }
                let version = try await CheckBench(lab).miss("versions")[0].masked
                #expect(
                    version
                        == "redis #.# writes RDB version #, redis #.# reads up to #: the full sync would fail each time"
                )
                gates.watch { sighting in
                    guard sighting.words == ["INFO", "server"] else { return .pass }
                    return .answer(
                        sighting.server == "source"
                            ? .info("# Server", "redis_version:7.2.4")
                            : .info("# Server", "redis_version:6.2.11", "dragonfly_version:df-v1.23.2"))
                }
                #expect(
                    try await CheckBench(lab, target: .dragonfly).miss("versions") == [
                        "dragonfly 1.23.2 does not load streams as redis 7 and valkey write them (dragonfly#4159); "
                            + "dragonfly 1.23.2 leaves writes out that the source sends as transactions, "
                            + "as redis 7.2 and valkey do (dragonfly#3922)",
                        "dragonfly 1.26 or newer", "take dragonfly 1.26 or newer as target",
                    ])
            }
        }

        @Test(.covers("followers")) func `whoever shall follow a Dragonfly`() async throws {
            try await withGatedLab(.pair()) { lab, gates in
                func finding(_ step: FailoverStep) async throws -> Finding {
                    try await lab.finding("followers", steps: [.failover(step)])
                }
                let following = FailoverStep(method: .promote, resting: .follow)
                let followed = try await finding(following)
                #expect(followed == .passed("the source will follow the target"))
                gates.watch { sighting in
                    guard sighting.server == "target", sighting.words == ["INFO", "server"] else { return .pass }
                    return .answer(.info("# Server", "redis_version:7.4.0", "dragonfly_version:df-v1.40.1"))
                }
                let alone = try await finding(FailoverStep(method: .promote))
                #expect(alone == .passed("the source will stand alone without taking writes"))
                let refused = try await finding(following)
                #expect(
                    refused
                        == .missed(
                            "'resting: follow' is not possible: a redis never gets in sync with a dragonfly (no PSYNC), and keeps trying",
                            wants: "a source that is left alone, or shut down", at: ["source {source}"],
                            remedy: [
                                "leave 'resting' out, or write 'resting: fenced' or 'resting: shutdown'"
                            ]))
            }
        }

        @Test(.covers("way-back")) func `whether the source can follow, and what would make going back costly`()
            async throws
        {
            try await withGatedLab(.pair()) { lab, gates in
                func finding(
                    _ after: RollbackSettings.AfterCutover?, _ limits: [String: CheckLimit] = [:]
                ) async throws -> Finding {
                    let step = FailoverStep(method: .promote)
                    return try await lab.finding("way-back", limits: limits, steps: [.failover(step)]) {
                        $0.rollback.afterCutover = after
                    }
                }
                let kept = try await finding(nil)
                let pair =
                    /the source, redis [0-9.]+, can follow redis [0-9.]+, whose RDB version \d+ it reads: no write will be lost in going back, and writes stall for about 0.02 s, as measured elsewhere via promote/
                #expect(kept.passes && kept.saw.wholeMatch(of: pair) != nil, "\(kept.saw)")
                // What would make it costly is told, and rules nothing out.
                try await lab.send(["CONFIG", "SET", "masterauth", "old"], to: lab.source)
                try await lab.send(["CONFIG", "SET", "maxmemory", "100mb"], to: lab.source)
                let costly = try await finding(.keep)
                #expect(!costly.passes && costly.isBinding)
                #expect(costly.saw.hasPrefix("the target refuses the source, which would log in as 'default': "))
                #expect(costly.saw.hasSuffix("what grows beyond it has no room after going back"), "\(costly.saw)")
                try await lab.send(["CONFIG", "SET", "masterauth", ""], to: lab.source)
                let advice = try await finding(.keep)
                #expect(!advice.passes && !advice.isBinding)
                try await lab.send(["CONFIG", "SET", "maxmemory", "0"], to: lab.source)
                try await lab.send(
                    ["CONFIG", "SET", "client-output-buffer-limit", "replica 1 1 0"], to: lab.target)
                try await lab.send(["SET", "some", "data"], to: lab.source)
                // planrun's own questions are what the source reads meanwhile.
                let slow = try await finding(.keep, ["transfer-rate": .size(ByteCount(bytes: 1))])
                #expect(slow.saw.contains("a full sync of the source would break off"), "\(slow.saw)")

                gates.watch { sighting in
                    guard sighting.server == "target", sighting.words == ["INFO", "server"] else { return .pass }
                    return .answer(.info("# Server", "redis_version:8.10.0"))
                }
                let never = try await finding(.keep)
                #expect(never.isBinding)
                #expect(
                    never.saw.hasPrefix(
                        "after the cutover there is no way back without loss: redis 8.10.0 writes RDB version 15, "),
                    "\(never.saw)")
                let stays = try await finding(nil)
                #expect(!stays.passes && !stays.isBinding)
                #expect(stays.remedy.first?.hasPrefix("write 'after-cutover: stop' to agree") == true)
            }
        }

        @Test(.covers("modules")) func `a module that the target does not have`() async throws {
            try await withGatedLab(.pair()) { lab, gates in
                let bench = CheckBench(lab)
                let none = try await bench.pass("modules")
                #expect(none == "the source has no modules")
                gates.show(modules: ["bf", "search"], path: "/usr/lib/redis/bf.so", of: "source")
                let unused = try await bench.finding(of: "modules")
                #expect(
                    unused.saw
                        == "the target lacks the module bf, search, and nothing shows that it is used: no call of its write commands, no key of its types among 200 looked at"
                )
                #expect(!unused.isBinding && !unused.passes)
                for builtIn in ["", "lua"] {
                    gates.show(modules: ["lua"], path: builtIn, of: "source")
                    #expect(
                        try await bench.pass("modules") == "the source has lua built in, which nothing uses")
                }
                gates.show(modules: ["bf"], of: "target")
                #expect(try await bench.pass("modules") == "the source has no modules")
            }
        }

        @Test(.covers("hash-field-ttl")) func `TTLs of hash fields`() async throws {
            try await withGatedLab(.pair()) { lab, gates in
                let bench = CheckBench(lab)
                let none = try await bench.pass("hash-field-ttl")
                #expect(none == "no field of a hash has been given a TTL")
                // The Redis 7.0 in `PATH` has no such commands, so its counters are made up.
                gates.watch { sighting in
                    guard sighting.server == "source", sighting.words == ["INFO", "commandstats"] else { return .pass }
                    return .answer(
                        .info("# Commandstats", "cmdstat_hexpire:calls=3,usec=9", "cmdstat_hsetex:calls=1,usec=9"))
                }
                #expect(
                    try await bench.miss("hash-field-ttl") == [
                        "fields of hashes were given a TTL 4 times", "a target that knows HEXPIRE",
                        "take a target that keeps them, or do without such TTLs first",
                    ])
                #expect(
                    try await CheckBench(lab, target: .dragonfly).miss("hash-field-ttl") == [
                        "fields of hashes were given a TTL 4 times",
                        "none: Dragonfly keeps them only in newer builds (dragonfly PR#8251)",
                        "take a target that keeps them, or do without such TTLs first",
                    ])
                #expect(
                    try await CheckBench(lab, target: .valkey).miss("hash-field-ttl")[1]
                        == "none: redis and valkey write such a hash in formats of their own, which the other refuses (valkey#2543)"
                )
                // A source that was started again has forgotten the calls, and has the hashes.
                for (name, hashes, words) in [
                    ("subexpiry", 1, "1 hash has"), ("keys_with_volatile_items", 20, "20 hashes have"),
                ] {
                    gates.watch { sighting in
                        guard sighting.server == "source", sighting.words == ["INFO", "keyspace"] else { return .pass }
                        return .answer(.info("# Keyspace", "db0:keys=30,expires=0,avg_ttl=0,\(name)=\(hashes)"))
                    }
                    #expect(
                        try await CheckBench(lab, target: .dragonfly).miss("hash-field-ttl")[0]
                            == "\(words) fields with a TTL"
                    )
                }
            }
        }

        @Test(.covers("expiry")) func `a target that frees keys less eagerly`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("expiry") == "the target frees keys as eagerly as the source")
                try await bench.source("CONFIG", "SET", "active-expire-effort", "5")
                try await bench.source("CONFIG", "SET", "lazyfree-lazy-expire", "yes")
                #expect(
                    try await bench.miss("expiry") == [
                        "the source has active-expire-effort 5, lazyfree-lazy-expire yes, the target 1, no",
                        "the same on both", "CONFIG SET active-expire-effort 5 on \(lab.target.address)",
                        "CONFIG SET lazyfree-lazy-expire yes on \(lab.target.address)",
                    ])
                for advice in try await bench.miss("expiry").dropFirst(2) {
                    try await lab.follow(.expiry, in: [advice], at: lab.target)
                }
                #expect(try await bench.pass("expiry") == "the target frees keys as eagerly as the source")
                try await bench.target("CONFIG", "SET", "active-expire-effort", "9")
                #expect(try await bench.pass("expiry") == "the target frees keys as eagerly as the source")
            }
        }

        @Test(.covers("string-length")) func `a target that takes shorter strings`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(
                    try await bench.pass("string-length")
                        == "the target takes strings of 512 MiB, the source of 512 MiB")
                try await bench.source("SETRANGE", "long", String(3 << 20), "x")
                try await bench.source("RPUSH", "list", "a")
                try await bench.target("CONFIG", "SET", "proto-max-bulk-len", "2mb")
                #expect(
                    try await bench.miss("string-length") == [
                        "the target takes strings of 2.0 MiB at most, the source of 512 MiB; "
                            + "the longest of 1 string has 3.0 MiB",
                        "strings as long as at the source",
                        "CONFIG SET proto-max-bulk-len 536870912 on \(lab.target.address)",
                    ])
                try await lab.follow(.stringLength, in: bench.miss("string-length"), at: lab.target)
                _ = try await bench.pass("string-length")
            }
        }
    }
}

extension Gates {
    /// Makes a server's list of modules show these modules.
    /// - Parameter path: the path of every module, as Redis 7 and newer tell it.
    fileprivate func show(modules: [String], path: String? = nil, of server: String) {
        watch { sighting in
            guard sighting.server == server, sighting.words == ["MODULE", "LIST"] else { return .pass }
            let list = modules.map { name in
                let fields: [RESPValue] = [.text("name"), .text(name), .text("ver"), .integer(1)]
                return RESPValue.array(
                    fields + (path.map { [.text("path"), .text($0), .text("args"), .array([])] } ?? []))
            }
            return .answer(.array(list))
        }
    }
}
