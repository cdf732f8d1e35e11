import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    @Suite struct LoadTests {
        @Test func `a data set is in two databases, with TTLs, and the same again`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                var infos: [String] = []
                for server in [lab.source, lab.target] {
                    let session = lab.session(server)
                    let contents = try await DataSet(keys: 2_000).fill(session)
                    #expect(contents.keys == [0: 1_600, 1: 400])
                    let info = try await session.send(["INFO", "keyspace"]).string ?? ""
                    for database in [0, 1] {
                        let keys = contents.keys[database] ?? 0
                        let expiring = contents.expiring[database] ?? 0
                        #expect(info.contains("db\(database):keys=\(keys),expires=\(expiring),"))
                    }
                    let sample = try await session.pipeline(
                        [["GET", "integer:8"], ["HGETALL", "hash:16"], ["SMEMBERS", "set:32"]], timeout: nil)
                    infos.append("\(sample)")
                    await session.close()
                }
                #expect(infos[0] == infos[1])
            }
        }

        @Test func `every acknowledged write is on the primary, and one that is deleted is missed`() async throws {
            try await withLab { lab in
                let record = try await WriteLoad.run(lab, .init(writers: 8, rate: nil)) { load in
                    try await eventually("20,000 writes are acknowledged") { await load.acknowledgedCount > 20_000 }
                }.record
                #expect(record.errors == [:])
                let session = try await lab.primarySession()
                #expect(session.address == lab.source.address)
                #expect(try await LostWrites.find(record, on: session) == LostWrites())
                _ = try await session.pipeline(
                    [
                        ["DEL", "planrun-load:3:40"], ["LPOP", "planrun-load:5:list:0"],
                        ["HDEL", "planrun-load:0:hash:0", "7"],
                    ],
                    timeout: nil)
                let lost = try await LostWrites.find(record, on: session)
                #expect(lost.count == 3)
                #expect(lost.keys.sorted() == ["planrun-load:0:hash:0", "planrun-load:3:40", "planrun-load:5:list:0"])
                await session.close()
            }
        }

        @Test func `writers find the new primary after a failover, and the gap is measured`() async throws {
            try await withLab(LabDescription(sentinels: .init(downAfter: .seconds(1)), replicaCount: 1)) { lab in
                let load = try await WriteLoad.start(lab, .init(writers: 4, rate: 1_000))
                try await eventually("the Sentinel sees the replica") {
                    try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: lab.sentinels[0]).array?.count == 1
                }
                let begin = ContinuousClock.now
                let before = await load.acknowledgedCount
                await lab.source.kill()
                try await eventually("writes go on at the replica") { await load.acknowledgedCount > before + 500 }
                let record = await load.stop()
                #expect(record.writeGap(in: begin..<ContinuousClock.now) > .seconds(1))
                #expect(
                    record.longestWriterGap(in: begin..<ContinuousClock.now)
                        >= record.writeGap(in: begin..<ContinuousClock.now))
                #expect(!record.errors.isEmpty)
                #expect(record.acknowledgedCount == record.logs.reduce(0) { $0 + $1.acknowledged.count })
            }
        }

        @Test func `a write pause stalls the writers and fails none of them`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let load = try await WriteLoad.start(lab, .init(writers: 4, rate: 1_000))
                let begin = ContinuousClock.now
                try await lab.send(["CLIENT", "PAUSE", "600", "WRITE"], to: lab.source)
                let before = await load.acknowledgedCount
                try await eventually("writes go on") { await load.acknowledgedCount > before + 200 }
                let record = await load.stop()
                #expect(record.errors == [:])
                let gap = record.writeGap(in: begin..<ContinuousClock.now)
                #expect(gap > .milliseconds(400) && gap < .seconds(5))
            }
        }
    }
}
