import Diagnostics
import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Each check of volume passes on a real server and is missed on one.
    @Suite struct VolumeCheckTests {
        @Test func `a source that does not fit into the target`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("memory").hasSuffix("; the target has no maxmemory"))
                try await bench.target("CONFIG", "SET", "maxmemory", "1kb")
                let missed = try await bench.miss("memory")
                #expect(missed[0].hasSuffix(", the target's maxmemory is 1.0 KiB"))
                #expect(missed[1].hasSuffix(" at least (20% headroom)"))
                #expect(missed[2].hasPrefix("CONFIG SET maxmemory "))
                #expect(missed[2].hasSuffix(" on \(lab.target.address), if its machine has as much"))
            }
        }

        @Test func `buffers that are too small for what is written`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                let slow = ["transfer-rate": CheckLimit.size(ByteCount(bytes: 1 << 10))]
                _ = try await WriteLoad.run(lab, .init(writers: 2, rate: 500)) { _ in
                    try await eventually("the source to count what comes in") {
                        try await lab.send(["INFO", "stats"], to: lab.source).string?
                            .contains("instantaneous_input_kbps:0.00") == false
                    }
                    #expect(try await bench.pass("replica-buffer").hasPrefix("256 MiB, 64.0 MiB for 1m is enough: "))
                    try await bench.source("CONFIG", "SET", "client-output-buffer-limit", "replica 1000 0 0")
                    let missed = try await bench.miss("replica-buffer", slow)
                    #expect(missed[0].hasPrefix("client-output-buffer-limit replica is 1000 bytes, and "))
                    #expect(missed[1] == "twice what is written during the sync")
                    #expect(missed[2].hasPrefix("CONFIG SET client-output-buffer-limit \"replica "))
                    #expect(
                        try await bench.pass("backlog", ["covers": .duration(.seconds(1))]).hasPrefix("1.0 MiB hold"))
                    let backlog = try await bench.miss("backlog", ["covers": .duration(.seconds(360_000))])
                    #expect(backlog[0].hasPrefix("repl-backlog-size is 1.0 MiB, and "))
                    #expect(backlog[1].hasSuffix(" for 100h without the link"))
                    #expect(backlog[2].hasPrefix("CONFIG SET repl-backlog-size "))
                }
            }
        }

        @Test func `a repl-timeout that is too short`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("repl-timeout") == "repl-timeout is 60 s or more where it is shown")
                try await bench.target("CONFIG", "SET", "repl-timeout", "10")
                let missed = try await bench.miss("repl-timeout")
                #expect(missed[0] == "repl-timeout on \(lab.target.address) is 10 s")
                #expect(missed[1].hasPrefix("60 s at least for "))
                #expect(missed[2] == "CONFIG SET repl-timeout 300 on \(lab.target.address)")
            }
        }

        @Test func `a sync that takes longer than the plan gives it`() async throws {
            try await withLab(.pair()) { lab in
                let start = SourcePosition(line: 1, column: 1)
                let wait = Step(
                    id: "wait-for-sync", kind: .waitForSync(WaitForSyncStep()), needs: [], timeout: .seconds(10),
                    retries: 0,
                    range: SourceRange(start, start))
                let bench = CheckBench(lab, steps: [wait])
                #expect(try await bench.pass("sync-time").contains(" at 32.0 MiB/s take 1s"))
                let missed = try await bench.miss("sync-time", ["transfer-rate": .size(ByteCount(bytes: 1 << 10))])
                #expect(missed[0].contains(" at 1.0 KiB/s take "))
                #expect(
                    missed.dropFirst() == [
                        "no more than the 10s of 'wait-for-sync'", "raise the timeout of 'wait-for-sync' in the plan",
                    ])
            }
        }

        @Test func `a machine without room for a fork`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("fork-headroom").hasPrefix("the machine has "))
                let missed = try await bench.miss("fork-headroom", ["share": .percentage(100_000_000)])
                #expect(missed[1].hasSuffix(" free while it saves"))
                #expect(missed[2] == "free memory on that machine, or sync at a time with few writes")
            }
        }

        @Test func `a save that failed`() async throws {
            try await withLab(.pair(source: ["enable-protected-configs yes"])) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("persistence") == "nothing is loading or saving, the last save went well")
                try await bench.source("CONFIG", "SET", "dbfilename", "no.rdb")
                try await bench.source("CONFIG", "SET", "dir", "/proc")
                try await bench.source("BGSAVE")
                try await eventually("the save to fail") {
                    try await lab.send(["INFO", "persistence"], to: lab.source).string?
                        .contains("rdb_last_bgsave_status:err") == true
                }
                #expect(
                    try await bench.miss("persistence") == [
                        "the last save of \(lab.source.address) failed", "saves that work: a full sync needs one too",
                        "look at its log and disk, then BGSAVE",
                    ])
            }
        }

        @Test func `a source that was never saved`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("backup").hasPrefix("no save since the source started "))
                let limits = ["max-age": CheckLimit.duration(.milliseconds(1))]
                try await eventually("a second to pass on the source's clock") {
                    try await !bench.finding(of: "backup", limits).passes
                }
                let missed = try await bench.miss("backup", limits)
                #expect(missed[0].hasPrefix("no save since the source started "))
                #expect(
                    missed.dropFirst() == [
                        "one that is 1ms old at most", "BGSAVE on \(lab.source.address), and keep a copy of the file",
                    ])
            }
        }
    }
}
