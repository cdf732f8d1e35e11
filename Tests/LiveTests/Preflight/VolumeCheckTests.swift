import Diagnostics
import Operations
import PlanModel
import RESP
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    /// Each check of volume passes on a real server and misses on one.
    @Suite struct VolumeCheckTests {
        @Test(.covers("memory")) func `a source that does not fit into the target`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                let growth = " and grows by up to # iB during the sync"
                #expect(try await bench.pass("memory").units == "the source uses # iB; the target has no maxmemory")
                try await bench.target("CONFIG", "SET", "maxmemory", "1gb")
                #expect(
                    try await bench.pass("memory").units.replacing(growth, with: "")
                        == "the source uses # iB, the target may use # iB")
                try await bench.target("CONFIG", "SET", "maxmemory", "1kb")
                let missed = try await bench.miss("memory")
                #expect(
                    missed[0].units.replacing(growth, with: "")
                        == "the source uses # iB, the target's maxmemory is # iB")
                #expect(missed[1].units == "# iB at least (#% headroom)")
                #expect(
                    missed[2].masked
                        == "CONFIG SET maxmemory # on \(lab.target.address), if its machine has as much".masked)
                try await lab.follow(.memoryLimit, in: missed, at: lab.target)
                _ = try await bench.pass("memory", ["headroom": .percentage(0)])
            }
        }

        @Test func `what is written during the sync is added to the memory that is needed`() async throws {
            try await withLab(.pair(target: ["maxmemory 10mb"])) { lab in
                let bench = CheckBench(lab)
                let slow = ["transfer-rate": CheckLimit.size(ByteCount(bytes: 1 << 10))]
                _ = try await WriteLoad.run(lab, .init(writers: 2, rate: 500)) { _ in
                    try await eventually("the source to count what comes in") {
                        try await lab.send(["INFO", "stats"], to: lab.source).string?
                            .contains("instantaneous_input_kbps:0.00") == false
                    }
                    #expect(
                        try await bench.pass("memory", ["headroom": .percentage(0)]).contains(" and grows by up to "))
                    let missed = try await bench.miss("memory", slow)
                    #expect(
                        missed[0].units
                            == "the source uses # iB and grows by up to # iB during the sync, the target's maxmemory is # iB"
                    )
                }
            }
        }

        @Test(.covers("replica-buffer", "backlog")) func `buffers that are too small for what is written`() async throws
        {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                let slow = ["transfer-rate": CheckLimit.size(ByteCount(bytes: 1 << 10))]
                _ = try await WriteLoad.run(lab, .init(writers: 2, rate: 500)) { _ in
                    try await eventually("the source to count what comes in") {
                        try await lab.send(["INFO", "stats"], to: lab.source).string?
                            .contains("instantaneous_input_kbps:0.00") == false
                    }
                    let forecast = "# iB at # iB/s take #, during which # iB are written (# iB/s)"
                    #expect(
                        try await bench.pass("replica-buffer").units
                            == "# iB, # iB for # is enough: \(forecast)")
                    try await bench.source("CONFIG", "SET", "client-output-buffer-limit", "replica 1000 0 0")
                    let missed = try await bench.miss("replica-buffer", slow)
                    #expect(missed[0].units == "client-output-buffer-limit replica is # iB, and \(forecast)")
                    #expect(missed[1] == "twice what is written during the sync")
                    #expect(
                        missed[2].masked
                            == "CONFIG SET client-output-buffer-limit \"replica # # #\" on #:# until the migration is over"
                            .replacing("#:#", with: "\(lab.source.address)".masked))
                    try await lab.follow(.replicaBuffer, in: missed, at: lab.source)
                    let buffer = try await lab.send(["CONFIG", "GET", "client-output-buffer-limit"], to: lab.source)
                    let hard = try #require(missed[2].split(separator: " ").dropFirst(4).first)
                    #expect(buffer.array?.last?.string?.contains("slave \(hard) ") == true, "\(buffer)")
                    #expect(
                        try await bench.pass("backlog", ["covers": .duration(.seconds(1))]).units
                            == "# iB hold what is written in # (# iB/s)")
                    let backlog = try await bench.miss("backlog", ["covers": .duration(.seconds(360_000))])
                    #expect(backlog[0].units == "repl-backlog-size is # iB, and # iB/s are written")
                    #expect(backlog[1].units == "# iB for # without the link")
                    #expect(backlog[2].masked == "CONFIG SET repl-backlog-size # on \(lab.source.address)".masked)
                    try await lab.follow(.backlog, in: backlog, at: lab.source)
                    // The writers write a little more or less from one second to the next.
                    let value = try #require(backlog[2].split(separator: " ").dropFirst(3).first.map(String.init))
                    try await bench.source("CONFIG", "SET", "repl-backlog-size", String((Int64(value) ?? 0) * 2))
                    #expect(
                        try await bench.pass("backlog", ["covers": .duration(.seconds(360_000))]).units
                            == "# iB hold what is written in # (# iB/s)")
                }
            }
        }

        @Test(.covers("repl-timeout")) func `a repl-timeout that is too short`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("repl-timeout") == "repl-timeout is 60 s or more where it is shown")
                try await bench.target("CONFIG", "SET", "repl-timeout", "10")
                let missed = try await bench.miss("repl-timeout")
                #expect(missed[0] == "repl-timeout on \(lab.target.address) is 10 s")
                #expect(missed[1].units == "# s at least for # iB")
                #expect(missed[2] == "CONFIG SET repl-timeout 300 on \(lab.target.address)")
                try await lab.follow(.replicationTimeout, in: missed, at: lab.target)
                _ = try await bench.pass("repl-timeout")
            }
        }

        @Test(.covers("sync-time")) func `a sync that takes longer than the plan gives it`() async throws {
            try await withLab(.pair()) { lab in
                let start = SourcePosition(line: 1, column: 1)
                let wait = Step(
                    id: "wait-for-sync", kind: .waitForSync(WaitForSyncStep()), needs: [], timeout: .seconds(10),
                    retries: 0,
                    range: SourceRange(start, start))
                let bench = CheckBench(lab, steps: [wait])
                let forecast = "# iB at # iB/s take #, during which # iB are written (# iB/s)"
                #expect(try await bench.pass("sync-time").units == forecast)
                let missed = try await bench.miss("sync-time", ["transfer-rate": .size(ByteCount(bytes: 1 << 10))])
                #expect(missed[0].units == forecast)
                #expect(missed[0].contains(" at 1.0 KiB/s take "))
                #expect(
                    missed.dropFirst() == [
                        "no more than the 10s of 'wait-for-sync'", "raise the timeout of 'wait-for-sync' in the plan",
                    ])
            }
        }

        @Test(.covers("fork-headroom")) func `a machine without room for a fork`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                let state = "the machine has # iB, the source uses # iB of it"
                #expect(try await bench.pass("fork-headroom").units == state)
                let missed = try await bench.miss("fork-headroom", ["share": .percentage(100_000_000)])
                #expect(missed[0].units == state)
                #expect(missed[1].units == "# iB free while it saves")
                #expect(missed[2] == "free memory on that machine, or sync at a time with few writes")
            }
        }

        @Test(.covers("persistence")) func `a save that failed`() async throws {
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
                        "the last save of \(lab.source.address) failed",
                        "a source that can save: a full sync saves, too",
                        "look at its log and disk, then BGSAVE on \(lab.source.address)",
                    ])
                try await bench.source("CONFIG", "SET", "dir", lab.source.folder.path.string)
                try await lab.follow(.failedSave, in: bench.miss("persistence"), at: lab.source)
                try await eventually("the save to succeed") { try await bench.finding(of: "persistence").passes }
            }
        }

        @Test(.covers("backup")) func `a source that was never saved`() async throws {
            try await withLab(.pair()) { lab in
                let bench = CheckBench(lab)
                let text = "no save since the source started # ago"
                #expect(try await bench.pass("backup").units == text)
                let limits = ["max-age": CheckLimit.duration(.milliseconds(1))]
                try await eventually("a second to pass on the source's clock") {
                    try await !bench.finding(of: "backup", limits).passes
                }
                let missed = try await bench.miss("backup", limits)
                #expect(missed[0].units == text)
                #expect(
                    missed.dropFirst() == [
                        "one that is 1ms old at most", "BGSAVE on \(lab.source.address), and keep a copy of the file",
                    ])
                // A save in the first seconds could be the one that a server shows for its start.
                try await eventually("the source has run for some seconds") {
                    let info = try await lab.send(["INFO", "server"], to: lab.source).string ?? ""
                    return info.contains(#/uptime_in_seconds:([3-9]|\d\d)/#)
                }
                try await lab.follow(.backupAge, in: missed, at: lab.source)
                try await eventually("the check sees the save") {
                    try await bench.pass("backup").hasPrefix("the last save is ")
                }
            }
        }
    }
}
