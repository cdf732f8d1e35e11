import PlanModel
import RESP
import Testing

@testable import Operations

/// Every check of a `verify` step, and its messages word for word.
struct VerificationCheckTests {
    private static let passes: [(any Check.Type, String)] = [
        (TargetPrimaryCheck.self, "10.0.0.2:6379 is a primary"),
        (SentinelsSwitchedCheck.self, "1 of 1 Sentinels name 10.0.0.2:6379"),
        (TargetWritableCheck.self, "10.0.0.2:6379 took a write and returned it"),
        (SourceRetiredCheck.self, "10.0.0.1:6379 is a replica with replica-priority 0"),
        (FilesWrittenCheck.self, "started again, source and target are what they are now"),
    ]

    @Test func `after a cutover every check passes`() async throws {
        for (check, saw) in Self.passes { #expect(try await CheckBench.after().finding(check) == .passed(saw)) }
    }

    private func finding(_ check: any Check.Type, _ change: (inout SmallWorld) -> Void) async throws -> Finding {
        try await CheckBench.after().changed(change).finding(check)
    }

    private func before(_ check: any Check.Type, _ change: (inout SmallWorld) -> Void = { _ in }) async throws
        -> Finding
    {
        let world = SmallWorld.following()
        return try await CheckBench(plan: .small(), world: world).changed(change).finding(check)
    }

    @Test func `before the cutover the target follows, in sync`() async throws {
        #expect(try await before(TargetFollowsCheck.self) == .passed("10.0.0.2:6379 follows 10.0.0.1:6379, in sync"))
        #expect(
            try await before(TargetFollowsCheck.self) { $0.instances[SmallWorld.target]?.follows = nil }
                == .missed(
                    "10.0.0.2:6379 does not follow the source", wants: "a replica of 10.0.0.1:6379",
                    at: ["target 10.0.0.2:6379"], remedy: ["find out who detached it; resume makes it follow again"]))
        #expect(
            try await before(TargetFollowsCheck.self) { $0.instances[SmallWorld.source]?.isUp = false }
                == .missed(
                    "10.0.0.2:6379 is not in sync", wants: "the link up and the full sync over",
                    at: ["target 10.0.0.2:6379"], remedy: ["wait for the sync and run it again"]))
    }

    @Test func `servers that cannot write their configuration files`() async throws {
        #expect(
            try await finding(FilesWrittenCheck.self) { $0.instances[SmallWorld.source]?.file = nil }
                == .missed(
                    "10.0.0.1:6379 cannot write its configuration file (it runs without one): started again after the cutover, it is a primary that takes writes",
                    wants: "a file that it can write", at: ["source 10.0.0.1:6379"],
                    remedy: [
                        "start 10.0.0.1:6379 with a configuration file, in a folder that it can write; or do not start it again after the cutover"
                    ]))
        #expect(
            try await finding(FilesWrittenCheck.self) { $0.instances[SmallWorld.target]?.file?.isWritable = false }
                == .missed(
                    "10.0.0.2:6379 cannot write its configuration file (ERR Rewriting config file: Permission denied): started again, it has the 'replicaof' and the replica-priority that stand there",
                    wants: "a file that it can write", at: ["target 10.0.0.2:6379"],
                    remedy: [
                        "make the file of 10.0.0.2:6379 and its folder writable for it, or see to it that no 'replicaof' stands there"
                    ]))
        // It is started again as a primary, which it shall be.
        #expect(try await finding(FilesWrittenCheck.self) { $0.instances[SmallWorld.target]?.file = nil }.passes)
    }

    @Test func `a target that is no primary`() async throws {
        #expect(
            try await finding(TargetPrimaryCheck.self) { $0.instances[SmallWorld.target]?.follows = SmallWorld.source }
                == .missed(
                    "10.0.0.2:6379 is a replica of 10.0.0.1:6379", wants: "a primary", at: ["target 10.0.0.2:6379"],
                    remedy: ["look at which server takes writes now, before anything else"]))
    }

    @Test func `a Sentinel that still names the source, to clients or in its own view`() async throws {
        let missed = Finding.missed(
            "Sentinel 10.0.0.9:26379 names 10.0.0.1:6379", wants: "10.0.0.2:6379", at: ["Sentinel 10.0.0.9:26379"],
            remedy: ["if it does not follow within a minute, look at the log of 10.0.0.9:26379"])
        #expect(try await finding(SentinelsSwitchedCheck.self) { $0.sentinels[0].named = SmallWorld.source } == missed)
        #expect(try await finding(SentinelsSwitchedCheck.self) { $0.sentinels[0].shown = SmallWorld.source } == missed)
        #expect(
            try await finding(SentinelsSwitchedCheck.self) {
                $0.replies[CheckBench.sentinel] = ["SENTINEL GET-MASTER": .null]
            }
                == .missed(
                    "Sentinel 10.0.0.9:26379 monitors no 'main'", wants: "10.0.0.2:6379",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: ["monitor the target there: SENTINEL MONITOR main 10.0.0.2 6379 <quorum>"]))
    }

    @Test func `a write that is refused, or not there afterwards`() async throws {
        #expect(
            try await finding(TargetWritableCheck.self) {
                $0.replies[SmallWorld.target] = [
                    "SET ": .refusal("READONLY You can't write against a read only replica."), "GET ": .null,
                    "DEL ": .integer(0),
                ]
            }
                == .missed(
                    "10.0.0.2:6379 refused a write: READONLY You can't write against a read only replica.",
                    wants: "a write that is taken", at: ["target 10.0.0.2:6379"],
                    remedy: ["applications cannot write either: look at that server first"]))
        #expect(
            try await finding(TargetWritableCheck.self) { $0.replies[SmallWorld.target]?["GET "] = .null }
                == .missed(
                    "10.0.0.2:6379 does not return what was written", wants: "the value that was written",
                    at: ["target 10.0.0.2:6379"],
                    remedy: ["applications cannot rely on it either: look at that server first"]))
    }

    @Test func `a source that still takes writes, or could be chosen again`() async throws {
        #expect(
            try await finding(SourceRetiredCheck.self) { $0.instances[SmallWorld.source]?.follows = nil }
                == .missed(
                    "10.0.0.1:6379 still says that it is a primary", wants: "a replica of the target",
                    at: ["source 10.0.0.1:6379"], remedy: ["two servers take writes: planrun resume demotes the source"]
                ))
        #expect(
            try await finding(SourceRetiredCheck.self) {
                $0.instances[SmallWorld.source]?.settings["replica-priority"] = "100"
            }
                == .missed(
                    "10.0.0.1:6379 could be promoted again (replica-priority 100)", wants: "replica-priority 0",
                    at: ["source 10.0.0.1:6379"],
                    remedy: ["CONFIG SET replica-priority 0 on 10.0.0.1:6379, and CONFIG REWRITE"]))
        var bench = try CheckBench.after().changed { $0.instances[SmallWorld.source]?.isUp = false }
        bench.plan = try .small(failover: "{ via: shutdown }")
        #expect(try await bench.finding(SourceRetiredCheck.self) == .passed("10.0.0.1:6379 is shut down"))
    }

    private func masked(_ text: String) -> String { text.replacing(#/\d+/#) { _ in "#" } }

    @Test func `as many keys on both sides, while applications write`() async throws {
        let finding = try await before(KeyCountCheck.self)
        #expect(finding.passes)
        #expect(
            masked(finding.saw)
                == "keys without TTL: # on the target, # to # on the source while they were counted, in # database; # with TTL not compared"
        )
        let still = try await before(KeyCountCheck.self) { $0.isApplicationWriting = false }
        #expect(masked(still.saw) == "# keys without TTL on both, in # database; # with TTL not compared")
    }

    @Test func `keys that the target does not have, and a target that follows nobody`() async throws {
        #expect(
            try await before(KeyCountCheck.self) {
                $0.isApplicationWriting = false
                $0.replies[SmallWorld.target] = [
                    "INFO KEYSPACE": .info(["# Keyspace", "db0:keys=7,expires=0,avg_ttl=0"])
                ]
                $0.replies[SmallWorld.source] = [
                    "INFO KEYSPACE": .info(["# Keyspace", "db0:keys=9,expires=1,avg_ttl=0", "db3:keys=1,expires=0"])
                ]
            }
                == .missed(
                    "db0: 7 keys without TTL on the target, 8 on the source; db3: 0 keys without TTL on the target, 1 on the source",
                    wants: "the same number of keys without TTL in every database",
                    at: ["source 10.0.0.1:6379", "target 10.0.0.2:6379"],
                    remedy: [
                        "find out what is missing before the cutover; the source has everything and is still there"
                    ]))
        #expect(
            try await before(KeyCountCheck.self) { $0.instances[SmallWorld.target]?.follows = nil }
                == .missed(
                    "source 10.0.0.1:6379 does not follow target 10.0.0.2:6379, so their counts have nothing to do with each other",
                    wants: "one of them following the other", at: ["source 10.0.0.1:6379"],
                    remedy: ["compare before the cutover: put the step between 'wait-for-sync' and 'failover'"]))
    }

    @Test func `counts of a replica have to lie between two of its primary`() {
        func counts(_ persistent: Int64, expiring: Int64 = 0) -> KeyCounts {
            KeyCounts(databases: [0: KeyCounts.Count(persistent: persistent, expiring: expiring)])
        }
        func differences(_ there: KeyCounts, _ before: KeyCounts, _ after: KeyCounts) -> [String] {
            there.compare(before, after, primary: "source", replica: "target").differences
        }
        #expect(differences(counts(10), counts(10), counts(10)) == [])
        #expect(differences(counts(11), counts(10), counts(12)) == [])
        #expect(differences(counts(11), counts(12), counts(10)) == [])
        #expect(differences(counts(10, expiring: 5), counts(10), counts(10, expiring: 9)) == [])
        #expect(
            differences(counts(9), counts(10), counts(12)) == [
                "db0: 9 keys without TTL on the target, 10 to 12 on the source"
            ])
        #expect(
            differences(counts(13), counts(12), counts(12)) == [
                "db0: 13 keys without TTL on the target, 12 on the source"
            ])
        #expect(
            differences(KeyCounts(databases: [:]), counts(1), counts(1))
                == ["db0: 0 keys without TTL on the target, 1 on the source"])
    }
}
