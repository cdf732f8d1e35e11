import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Each check of compatibility passes on a real server and is missed on one.
    @Suite struct CompatibilityCheckTests {
        @Test func `commands that the target does not know`() async throws {
            try await withLab(.pair(target: ["rename-command GETEX \"\""])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("commands").hasPrefix("the target knows all"))
                try await bench.source("GETEX", "a")
                try await bench.source("GETEX", "a")
                #expect(
                    try await bench.miss("commands") == [
                        "the target does not know GETEX (2 calls)", "all commands that applications use",
                        "change the applications first, or take a target that knows them; CONFIG RESETSTAT forgets old calls",
                    ])
            }
        }

        @Test func `commands that Dragonfly drops from the stream`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab, target: .dragonfly)
                #expect(
                    try await bench.pass("dropped-commands") == "none of the commands that Dragonfly drops is in use")
                try await bench.source("SWAPDB", "0", "1")
                try await bench.source("COPY", "a", "b", "DB", "1")
                #expect(
                    try await bench.miss("dropped-commands") == [
                        "the source has served SWAPDB (1 calls), COPY … DB, which Dragonfly drops from the stream",
                        "none of these during the migration",
                        "keep applications from using them until the cutover is over; CONFIG RESETSTAT forgets old calls",
                    ])
            }
        }

        @Test func `functions that the target cannot load`() async throws {
            try await withLab(.pair(target: ["rename-command FUNCTION \"\""])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("functions") == "the source has no functions")
                let code = "#!lua name=jobs\nredis.register_function('f', function() return 1 end)"
                try await bench.source("FUNCTION", "LOAD", code)
                #expect(
                    try await bench.miss("functions") == [
                        "the source has the function library 'jobs', and the target has no functions",
                        "no function on the source: each full sync would break off where it comes to them",
                        "FUNCTION DELETE them if they are not used, or take a target that has functions",
                    ])
            }
        }

        @Test func `scripts on the way to Dragonfly`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab, target: .dragonfly)
                #expect(try await bench.pass("scripts") == "no scripts have run")
                try await bench.source("EVAL", "return 1", "0")
                #expect(
                    try await bench.miss("scripts") == [
                        "the source has run scripts 1 times, and Dragonfly refuses one that touches keys it does not declare",
                        "scripts that name all their keys in KEYS",
                        "try the scripts on the target, or start Dragonfly with --default_lua_flags=allow-undeclared-keys",
                    ])
            }
        }

        @Test func `keyspace notifications that differ`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("keyspace-events") == "the source sends no keyspace notifications")
                try await bench.source("CONFIG", "SET", "notify-keyspace-events", "Ex")
                #expect(
                    try await bench.miss("keyspace-events") == [
                        "the source sends keyspace notifications 'xE', the target ''", "the same on both",
                        "CONFIG SET notify-keyspace-events xE on \(lab.target.address)",
                    ])
                try await bench.target("CONFIG", "SET", "notify-keyspace-events", "xE")
                #expect(try await bench.pass("keyspace-events") == "both send 'xE'")
            }
        }

        @Test func `a database that the target does not have`() async throws {
            try await withLab(.pair(source: ["databases 32"])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("databases") == "databases up to 0 are in use, the target has 16")
                let session = lab.session(lab.source)
                _ = try await session.pipeline([["SELECT", "20"], ["SET", "a", "b"]], timeout: nil)
                await session.close()
                #expect(
                    try await bench.miss("databases") == [
                        "database 20 of the source holds keys, and the target has only 16 databases",
                        "21 databases at least: the full sync would fail each time",
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
                        "as many: a database that is first used during the migration would overwrite keys of another",
                        "start the target with --dbnum 32",
                    ])
            }
        }

        @Test func `another rule of eviction`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("eviction") == "both have noeviction")
                try await bench.source("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
                #expect(
                    try await bench.miss("eviction") == [
                        "the source has maxmemory-policy allkeys-lru, the target noeviction", "the same on both",
                        "CONFIG SET maxmemory-policy allkeys-lru on \(lab.target.address)",
                    ])
            }
        }

        @Test func `a key that is huge`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("big-keys") == "no keys in database 0")
                try await bench.source("SETRANGE", "heavy", String(1 << 20), "x")
                #expect(try await bench.pass("big-keys").hasPrefix("the largest of 1 keys uses 1."))
                let missed = try await bench.miss("big-keys", ["largest": .size(ByteCount(bytes: 64 << 10))])
                #expect(missed[0].hasPrefix("the key 'heavy' uses 1."))
                #expect(
                    missed.dropFirst() == [
                        "64.0 KiB at most (of 1 keys looked at)",
                        "split it up before the move, or rehearse with a key of that size",
                    ])
            }
        }

        @Test func `an engine that is not the one of the plan`() async throws {
            try await withLab(.pair()) { lab in
                #expect(try await CheckBench(lab).pass("versions").hasPrefix("redis "))
                let missed = try await CheckBench(lab, target: .valkey).miss("versions")
                #expect(missed[0].hasPrefix("\(lab.target.address) runs redis "))
                #expect(
                    missed.dropFirst() == ["valkey, as in the plan", "correct 'engine' in the plan, or the address"])
            }
        }
    }
}
