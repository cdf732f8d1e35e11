import Foundation
import Glibc
import RESP
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    /// `planrun compare` against real servers, whoever of them follows whom.
    @Suite struct CompareVerbTests {
        private struct Verdict: Decodable {
            struct Kind: Decodable {
                struct Example: Decodable {
                    struct Text: Decodable { var text: String? }
                    struct Sight: Decodable {
                        var type: String
                        var size: Int?
                        var beginning: Text?
                    }

                    var database: Int
                    var key: Text?
                    var source: Sight?
                    var target: Sight?
                }

                var kind: String
                var count: Int
                var examples: [Example]
            }

            var verdict: String
            var leader: String?
            var keys: [String: Int]
            var differing: Int
            var differences: [Kind]

            init(_ outcome: PlanrunProcess.Outcome) throws {
                self = try JSONDecoder().decode(
                    Verdict.self, from: Data(outcome.standardOutput.joined(separator: "\n").utf8))
            }
        }

        @Test func `it compares a migration that others made, before, during and after`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let migration = try Migration(pair.lab, steps: ["replicaof: {}"])
                try await migration.fill()
                try await pair.catchUp()
                let same = try await migration.planrun("compare")
                #expect(same.exitCode == 0, "\(same.standardOutput + same.standardError)")
                #expect(
                    same.standardOutput.first?.hasPrefix("ok 1000 keys of the source and 1000 of the target") == true)

                // Nobody follows any more, and an application has written to both.
                try await pair.lab.send(["REPLICAOF", "NO", "ONE"], to: pair.lab.target)
                try await pair.lab.send(["SET", "name\u{1B}", "old\r\n"], to: pair.lab.source)
                try await pair.lab.send(
                    ["SET", "name\u{1B}", String(repeating: "new", count: 100)], to: pair.lab.target)
                for number in 0..<5 {
                    try await pair.lab.send(["SADD", "more:\(number)", "a", "b"], to: pair.lab.target)
                }
                let differs = try await migration.planrun("compare", "--format", "json", "--examples", "2")
                #expect(differs.exitCode == 1)
                try Self.expectDifferences(Verdict(differs))
                let text = try await migration.planrun("compare").standardOutput
                #expect(
                    text.contains {
                        $0.contains(#"'name\u{1b}': "old\r\n" (5 bytes) on the source, "newnew"#)
                            && $0.hasSuffix(#"…" (300 bytes) on the target"#)
                    }, "\(text)")
                #expect(
                    text.contains("  neither server follows the other: a key that only one of them got is a difference")
                )

                // The old source follows the target.
                let address = pair.lab.address(of: pair.lab.target)
                try await pair.lab.send(["REPLICAOF", address.host, "\(address.port)"], to: pair.lab.source)
                try await eventually("the source follows the target, and has its keys") {
                    let outcome = try await migration.planrun("compare", "--format", "json")
                    return try outcome.exitCode == 0 && Verdict(outcome).leader == "target"
                }
            }
        }

        @Test func `every difference is written to a file, without what the plan hides`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let migration = try Migration(pair.lab, steps: ["replicaof: {}"])
                let plan = FilePath(migration.plan)
                let text = try String(contentsOfFile: plan.string, encoding: .utf8)
                try Data("\(text)\nredact: { names: ['user:*'], values: ['session:[0-9]*'] }\n".utf8).write(
                    to: URL(filePath: plan.string))
                try await pair.lab.send(["REPLICAOF", "NO", "ONE"], to: pair.lab.target)
                let keys = (0..<300).map { "open:\($0)" } + ["user:anna", "session:1"]
                try await ComparedPair.send(keys.map { ["SET", $0, "secret of \($0)"] }, on: pair.source)
                let file = plan.removingLastComponent().appending("differences.jsonl").string
                let outcome = try await migration.planrun("compare", "--differences", file, "--examples", "1000")
                #expect(outcome.exitCode == 1, "\(outcome.standardError)")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                let entries = try lines.map {
                    try JSONDecoder().decode(Verdict.Kind.Example.self, from: Data($0.utf8))
                }
                #expect(
                    Set(entries.map { $0.key?.text ?? "?" })
                        == Set(keys.dropLast(2)).union(["session:1", "?"]))
                #expect(entries.count == 302)
                let all = (outcome.standardOutput + lines.map(String.init)).joined(separator: "\n")
                #expect(!all.contains("anna"))
                #expect(!all.contains("secret of session"))
                #expect(all.contains("secret of open:7"))
                #expect(all.contains("a key that matches 'user:*': string of 19 bytes on the source"))
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: plan.removingLastComponent().string)
                        .allSatisfy { !$0.hasSuffix(".partial") })
            }
        }

        @Test func `stopped, it ends at once and says what was compared until then`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let migration = try Migration(pair.lab, steps: ["replicaof: {}"])
                try await migration.fill(keys: 2_000)
                try await pair.catchUp()
                let file = FilePath(migration.plan).removingLastComponent().appending("differences.jsonl").string
                let arguments = ["compare", migration.plan, "--commands-per-second", "100", "--differences", file]
                let (outcome, rest) = try await PlanrunProcess.run(arguments) { process in
                    try await eventually("some keys were compared") {
                        let statistics = try await pair.target.send(["INFO", "commandstats"]).string ?? ""
                        return statistics.contains("cmdstat_getrange")
                    }
                    let began = ContinuousClock.now
                    await process.send(SIGINT)
                    let outcome = try await process.wait()
                    return (outcome, began.duration(to: .now))
                }
                #expect(outcome.exitCode == 3)
                let line = outcome.standardOutput.first ?? ""
                #expect(
                    line.wholeMatch(of: /stopped \d+ keys of the source and 0 of the target in .*: no difference/)
                        != nil)
                #expect(outcome.standardError.last == "stopped; the rest was not compared")
                #expect(!FileManager.default.fileExists(atPath: file))
                Notes.add("measured: a comparison that is stopped ends after \(rest)")
            }
        }

        /// Keys whose names are hidden are not in the checkpoint, so that their differences are in the file before it.
        @Test func `stopped and killed, it goes on where it was, and finds each difference once`() async throws {
            try await ComparedPair.run(.quick) { pair in
                let migration = try Migration(pair.lab, steps: ["replicaof: {}"])
                let text = try String(contentsOfFile: migration.plan, encoding: .utf8)
                try Data("\(text)\nredact: { names: ['lost:*'] }\n".utf8).write(to: URL(filePath: migration.plan))
                try await migration.fill(keys: 2_000)
                let (hidden, open) = ((0..<100).map { "lost:\($0)" }, (0..<100).map { "gone:\($0)" })
                try await ComparedPair.send((hidden + open).map { ["SET", $0, "a"] }, on: pair.source)
                try await pair.catchUp()
                try await pair.lab.send(["CONFIG", "SET", "replica-read-only", "no"], to: pair.lab.target)
                try await ComparedPair.send((hidden + open).map { ["DEL", $0] }, on: pair.target)

                let folder = FilePath(migration.plan).removingLastComponent()
                let (checkpoint, file) = (folder.appending("c.json").string, folder.appending("d.jsonl").string)
                let arguments = ["compare", migration.plan, "--checkpoint", checkpoint, "--differences", file]
                let stopped = try await Self.end(arguments, with: SIGINT, at: checkpoint, after: 0)
                #expect(stopped.exitCode == 3)
                #expect(stopped.standardError.last == "stopped; the same command goes on from '\(checkpoint)'")
                let killed = try await Self.end(arguments, with: SIGKILL, at: checkpoint, after: Self.done(checkpoint))
                #expect(killed.signal == SIGKILL)

                let ended = try await PlanrunProcess.run(arguments + ["--format", "json"])
                #expect(ended.exitCode == 1, "\(ended.standardError)")
                let verdict = try Verdict(ended)
                // A server may name a key twice in one scan, and no key less than once.
                #expect(try #require(verdict.keys["source"]) >= 2_200)
                #expect(verdict.differing == 200)
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                let entries = try lines.map {
                    try JSONDecoder().decode(Verdict.Kind.Example.self, from: Data($0.utf8))
                }
                #expect(entries.count { $0.key == nil } == 100)
                #expect(Set(entries.compactMap { $0.key?.text }) == Set(open))
                #expect(entries.count == 200)
                #expect(!FileManager.default.fileExists(atPath: checkpoint))

                // Of other data nothing that was compared holds.
                _ = try await Self.end(arguments, with: SIGKILL, at: checkpoint, after: 0)
                try await pair.lab.send(["FLUSHALL"], to: pair.lab.source)
                let anew = try await PlanrunProcess.run(arguments)
                let said = anew.standardOutput.joined(separator: "\n")
                #expect(anew.exitCode == 0, "\(said)")
                #expect(said.contains("compared from the beginning, because FLUSHALL was run at the source"), "\(said)")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "")
            }
        }

        /// Starts planrun, slowly, and sends it a signal once more keys than before are in the checkpoint.
        private static func end(
            _ arguments: [String], with signal: Int32, at checkpoint: String, after before: Int
        ) async throws -> PlanrunProcess.Outcome {
            try await PlanrunProcess.run(arguments + ["--commands-per-second", "700"]) { process in
                try await eventually("a part was compared") { try done(checkpoint) > before }
                await process.send(signal)
                return try await process.wait()
            }
        }

        /// How many keys were compared, as the checkpoint says.
        private static func done(_ checkpoint: String) throws -> Int {
            struct Content: Decodable {
                struct Mark: Decodable {
                    struct Checkpoint: Decodable { var done: Int }
                    var checkpoint: Checkpoint
                }
                var mark: Mark
            }
            guard let bytes = FileManager.default.contents(atPath: checkpoint) else { return 0 }
            return try JSONDecoder().decode(Content.self, from: bytes).mark.checkpoint.done
        }

        private static func expectDifferences(_ verdict: Verdict) throws {
            #expect(verdict.verdict == "differs")
            #expect(verdict.leader == nil)
            #expect(verdict.keys == ["source": 1_001, "target": 1_006])
            #expect(verdict.differing == 6)
            let (extra, value) = (try #require(verdict.differences.first), try #require(verdict.differences.last))
            #expect(extra.kind == "extra")
            #expect(extra.count == 5)
            #expect(extra.examples.count == 2)
            #expect(extra.examples.allSatisfy { $0.source == nil && $0.target?.type == "set" && $0.target?.size == 2 })
            #expect(value.kind == "value")
            #expect(value.count == 1)
            let example = try #require(value.examples.first)
            #expect(example.key?.text == "name\u{1B}")
            #expect(example.source?.beginning?.text == "old\r\n")
            #expect(example.target?.size == 300)
            #expect(example.target?.beginning?.text?.count == 40)
        }
    }
}
