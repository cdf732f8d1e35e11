import Comparison
import Execution
import Glibc
import NIOCore
import PlanGraph
import RESP
import RedisNIO
import Rehearsal
import Synchronization
import TestKit
import Testing

extension LiveTests {
    /// Two real servers, of which one follows the other, compared key by key.
    @Suite struct DataComparisonTests {
        @Test func `each of thousands of differences is found, and nothing else`() async throws {
            try await Self.findsAll(LabDescription(), each: 100)
        }

        @Test(
            .otherVersions,
            arguments: [
                VersionTests.Pair(.redis62, nil), .init(nil, .valkey8), .init(nil, .valkey9), .init(nil, .redis8),
            ])
        func `the same between versions and engines`(pair: VersionTests.Pair) async throws {
            try await Self.findsAll(pair.description, each: 4)
        }

        @Test func `the same with the stand-in for Dragonfly`() async throws {
            var description = LabDescription.quick
            description.sentinels = nil
            try await withDragonflyLab(description) { lab, _ in
                let behind = RedisConnector().session(ConnectionSettings(address: lab.target.address))
                try await ComparedPair.run(in: lab) {
                    try await Self.findsAll($0, keys: 100, each: 1, changing: behind)
                }
                await behind.close()
            }
        }

        @Test func `HyperLogLogs in other bytes are the same if they count the same`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let keys = (0..<20).map { "visitors:\($0)" }
                try await ComparedPair.send(keys.map { ["PFADD", $0, "a", "b", $0] }, on: pair.source)
                try await pair.catchUp()
                try await ComparedPair.send([["CONFIG", "SET", "replica-read-only", "no"]], on: pair.target)
                try await ComparedPair.send(keys.map { ["PFDEBUG", "TODENSE", $0] }, on: pair.target)
                let length = try await pair.source.send(["STRLEN", keys[0]])
                #expect(try await pair.target.send(["STRLEN", keys[0]]) != length)
                #expect(try await pair.compare().differences == [])
                try await ComparedPair.send([["PFADD", keys[7], "c"]], on: pair.target)
                let differences = try await pair.compare().differences
                #expect(differences.map { "\($0.kind) \(String(buffer: $0.key))" } == ["value visitors:7"])
            }
        }

        private static func findsAll(_ description: LabDescription, each: Int) async throws {
            try await ComparedPair.run(description) {
                try await findsAll($0, keys: 2_000, each: each, changing: $0.target)
            }
        }

        /// - Parameter target: a session of the target that may write there.
        private static func findsAll(
            _ pair: ComparedPair, keys: Int, each: Int, changing target: any CommandSession
        ) async throws {
            try await DataSet(keys: keys).fill(pair.source)
            for difference in InjectedDifference.all {
                try await ComparedPair.send(difference.making(each), on: pair.source)
            }
            try await pair.catchUp()
            let equal = try await pair.compare()
            #expect(equal.differences == [])
            #expect(equal.report.unsettled == 0)
            #expect((equal.report.keys[.source] ?? 0) >= keys)

            try await ComparedPair.send([["CONFIG", "SET", "replica-read-only", "no"]], on: target)
            var expected: Set<String> = []
            for difference in InjectedDifference.all {
                try await ComparedPair.send(difference.changing(each), on: target)
                for index in difference.indices(each) {
                    expected.insert("\(difference.kind) \(difference.database) \(difference.key(index))")
                }
            }
            let (report, differences) = try await pair.compare()
            let found = differences.map { "\($0.kind) \($0.database) \(String(buffer: $0.key))" }
            #expect(Set(found).symmetricDifference(expected).sorted().prefix(20) == [])
            #expect(found.count == expected.count)
            #expect(report.differing == expected.count)
            #expect(report.unsettled == 0)
        }

        /// Keys are changed, deleted and expire all the time, and a few of them stand still and differ. Others get a
        /// new expiry all the time, and a few of these are not on the target, as if it had expired them too early.
        @Test func `under load no difference is reported that is none`() async throws {
            try await ComparedPair.run(LabDescription()) { pair in
                try await DataSet(keys: 2_000).fill(pair.source)
                let renewed = (0..<100).map { "renewed:\($0)" }
                try await ComparedPair.send(renewed.map { ["SET", $0, "a", "EX", "60"] }, on: pair.source)
                let (unequal, lost) = ((0..<50).map { "differs:\($0)" }, renewed.prefix(10))
                let wrong = unequal + lost
                try await ComparedPair.send(unequal.map { ["SET", $0, "a"] }, on: pair.source)
                try await pair.catchUp()
                try await pair.lab.send(["CONFIG", "SET", "replica-read-only", "no"], to: pair.lab.target)
                try await ComparedPair.send(unequal.map { ["SET", $0, "b"] }, on: pair.target)
                try await ComparedPair.send(lost.map { ["DEL", $0] }, on: pair.target)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Self.write(pair.lab.session(pair.lab.source)) }
                    for _ in 1...3 {
                        let (report, differences) = try await pair.compare()
                        #expect(Set(differences.map { String(buffer: $0.key) }) == Set(wrong))
                        #expect(differences.count == wrong.count)
                        // Keys that are counted up all the time never stand still.
                        #expect(report.unsettled <= 2)
                    }
                    group.cancelAll()
                }
            }
        }

        @Test func `a difference that a later pass finds holds the cutover back, and nothing else does`() async throws {
            try await Self.withMigration([
                "verify: { id: data, data: full, repeat: 1s }",
                "wait-for-sync: { id: calm, stable-for: 6s }",
                "failover: { via: promote, resting: fenced, verified-within: 1m }",
            ]) { migration in
                let held = try await PlanrunProcess.run(["apply", migration.plan, "--format", "json"]) { process in
                    try await eventually("the keys are compared again") {
                        await process.standardOutput.count {
                            $0.contains(#""step":"data/content""#) && $0.contains("step-succeeded")
                        } > 1
                    }
                    try await Self.write(["SET", "only\u{1B}here", "1"], onReplica: migration.lab)
                    return try await process.wait()
                }
                #expect(held.exitCode == 3)
                let said = held.standardError.joined(separator: "\n")
                #expect(
                    said.contains("error[data-differs]: 'data/content' failed: 1 key of 1000 keys of the source"),
                    "\(said)")
                #expect(said.contains("1 only on the target: 'only\\u{1b}here' (string)"))
                #expect(try migration.state()["failover"]?.status == .pending)
                for format in ["html", "markdown", "json"] {
                    let report = try await migration.planrun("report", "--format", format).standardOutput.joined()
                    #expect(report.contains("1 key of 1000 keys of the source"), "\(format)")
                    #expect(report.contains("1 only on the target: "), "\(format)")
                }
                try await Self.write(["DEL", "only\u{1B}here"], onReplica: migration.lab)
                let done = try await migration.planrun("resume")
                #expect(done.exitCode == 0, "\(done.standardOutput + done.standardError)")
                let status = try await migration.planrun("status").standardOutput.joined(separator: "\n")
                #expect(status.contains(/data\/content: .*; that was .* s ago/), "\(status)")
                try await Self.expectComparableAfterCutover(migration)
            }
        }

        /// The source stands still, and applications write to the target: what they change is no difference.
        private static func expectComparableAfterCutover(_ migration: Migration) async throws {
            let lab = migration.lab
            try await lab.send(["XADD", "new:stream", "*", "field", "value"], to: lab.target)
            for number in 0..<3 { try await lab.send(["SET", "new:\(number)", "1"], to: lab.target) }
            let compared = try await migration.planrun("compare")
            #expect(compared.exitCode == 0, "\(compared.standardError)")
            let text = compared.standardOutput.joined(separator: "\n")
            #expect(text.contains("the source stands still since the cutover"), "\(text)")
            #expect(text.contains("1 key was changed on the target since the cutover"), "\(text)")
            #expect(text.contains("3 keys are not the same, and nobody can tell"), "\(text)")
        }

        @Test func `a comparison that was killed goes on where it was`() async throws {
            try await Self.withMigration(
                [
                    "verify: { id: data, data: full, rate: { commands: 700 } }", "failover: { via: promote }",
                ], keys: 2_000
            ) { migration in
                let mark = try await PlanrunProcess.run(["apply", migration.plan]) { process in
                    var mark: StateValue?
                    try await eventually("a part was compared") {
                        mark = try? migration.state()["data/content"]?.mark
                        return mark != nil
                    }
                    await process.send(SIGKILL)
                    _ = try await process.wait()
                    return mark
                }
                let done = try #require(mark?["checkpoint"]?["done"]?.int)
                let resumed = try await migration.planrun("resume", "--format", "json")
                #expect(resumed.exitCode == 0, "\(resumed.standardError)")
                let first = resumed.standardOutput.first {
                    $0.contains(#""step":"data/content""#) && $0.contains("step-progress")
                }
                let number = try #require(first?.firstMatch(of: /(\d+) of \d+ keys/)?.1)
                #expect(try #require(Int64(number)) > done)
                let node = try #require(try migration.state()["data/content"])
                #expect(node.result?.facts["keys"] == .int(2_000))
                #expect(node.mark == nil)
            }
        }

        /// Steps that bring the target in sync stand before the given ones.
        private static func withMigration(
            _ steps: [String], keys: Int = 1_000, _ body: @Sendable (Migration) async throws -> Void
        ) async throws {
            var description = LabDescription.quick
            description.sentinels = nil
            try await withLab(description) { lab in
                let migration = try Migration(
                    lab, steps: ["preflight: {}", "replicaof: {}", "wait-for-sync: { stable-for: 100ms }"] + steps)
                try await migration.fill(keys: keys)
                try await body(migration)
            }
        }

        @Test(
            .otherVersions,
            arguments: [VersionTests.Pair(.redis8, .redis8), .init(.valkey9, .valkey9)])
        func `fields of hashes that expire at another time are found`(pair: VersionTests.Pair) async throws {
            try await ComparedPair.run(pair.description) { pair in
                for index in 0..<10 {
                    try await ComparedPair.send(
                        [
                            ["HSET", "hash:\(index)", "a", "1", "b", "2"],
                            ["HEXPIRE", "hash:\(index)", "5000", "FIELDS", "1", "a"],
                        ], on: pair.source)
                }
                try await pair.catchUp()
                #expect(try await pair.compare(databases: [0]).differences == [])
                try await pair.lab.send(["CONFIG", "SET", "replica-read-only", "no"], to: pair.lab.target)
                let changes: [Command] = [
                    ["HEXPIRE", "hash:1", "4000", "FIELDS", "1", "a"], ["HPERSIST", "hash:2", "FIELDS", "1", "a"],
                    ["HEXPIRE", "hash:3", "5000", "FIELDS", "1", "b"],
                ]
                try await ComparedPair.send(changes, on: pair.target)
                let found = try await pair.compare(databases: [0]).differences
                #expect(
                    Set(found.map { "\($0.kind) \(String(buffer: $0.key))" })
                        == ["expiry hash:1", "expiry hash:2", "expiry hash:3"])
            }
        }

        /// A string and a field of a hash that are both larger than what planrun may have in memory.
        @Test func `large values take no more memory than small ones`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let migration = try Migration(pair.lab, steps: ["replicaof: {}"])
                let size = 96 << 20
                try await ComparedPair.send(
                    [
                        ["SETRANGE", "string", "\(size - 1)", "a"],
                        [
                            "EVAL", "redis.call('HSET', KEYS[1], 'field', string.rep('a', ARGV[1]))", "1", "hash",
                            "\(size)",
                        ],
                    ], on: pair.source)
                try await pair.catchUp()
                try await PlanrunProcess.run(["compare", migration.plan]) { planrun in
                    let most = Mutex(0)
                    try await eventually("planrun has compared the values") {
                        let memory = await planrun.peakMemory ?? 0
                        most.withLock { $0 = max($0, memory) }
                        return await planrun.hasEnded
                    }
                    let outcome = try await planrun.wait()
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    let mebibytes = most.withLock { $0 } >> 20
                    #expect((1..<100).contains(mebibytes), "\(mebibytes) MiB")
                }
            }
        }

        @Test func `a sample is drawn by chance, and compared`() async throws {
            var description = LabDescription.quick
            description.sentinels = nil
            try await withLab(description) { lab in
                let steps = [
                    "preflight: {}", "replicaof: {}", "wait-for-sync: { stable-for: 100ms }",
                    "verify: { id: sampled, data: sample, keys: 100 }", "failover: { via: promote }",
                ]
                let migration = try Migration(lab, steps: steps)
                try await migration.fill()
                let done = try await migration.planrun("apply", "--auto-approve")
                #expect(done.exitCode == 0, "\(done.standardOutput + done.standardError)")
                let result = try migration.state()["sampled/content"]?.result?.summary
                #expect(result?.contains("drawn by chance") == true, "\(result ?? "no result")")
            }
        }

        /// Writes on the target alone, which is read-only again afterwards.
        private static func write(_ command: Command, onReplica lab: Lab) async throws {
            try await lab.send(["CONFIG", "SET", "replica-read-only", "no"], to: lab.target)
            try await lab.send(command, to: lab.target)
            try await lab.send(["CONFIG", "SET", "replica-read-only", "yes"], to: lab.target)
        }

        /// Changes 2,000 keys and more a second until it is cancelled.
        private static func write(_ session: any CommandSession) async throws {
            var random = SystemRandomNumberGenerator()
            while !Task.isCancelled {
                let commands = (0..<100).map { _ in command(&random) }
                for case .error(let error) in try await session.pipeline(commands, timeout: nil) { throw error }
                try? await Task.sleep(for: .milliseconds(20))
            }
            await session.close()
        }

        private static func command(_ random: inout SystemRandomNumberGenerator) -> Command {
            let number = Int.random(in: 0..<3_000, using: &random)
            let text = "\(UInt32.random(in: 0 ... .max, using: &random))"
            return switch Int.random(in: 0..<10, using: &random) {
            case 0: ["SET", "busy:string:\(number)", text]
            case 1: ["SET", "busy:short:\(number)", text, "PX", "\(Int.random(in: 100...1_500, using: &random))"]
            case 2: ["HSET", "busy:hash:\(number)", text, text]
            case 3: ["RPUSH", "busy:list:\(number)", text]
            case 4: ["ZADD", "busy:sorted:\(number)", text, text]
            case 5: ["DEL", "busy:string:\(number)"]
            case 6: ["PEXPIRE", "busy:hash:\(number)", "\(Int.random(in: 500...5_000, using: &random))"]
            case 7: ["INCR", "busy:counter:\(number % 2)"]
            case 8: ["EXPIRE", "renewed:\(number % 100)", "\(Int.random(in: 30...3_000, using: &random))"]
            default: ["SADD", "busy:set:\(number)", text]
            }
        }
    }
}
