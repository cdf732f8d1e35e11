import Execution
import FoundationEssentials
import Operations
import PlanGraph
import PlanModel
import TestKit
import Testing

@testable import Execution
@testable import PlanrunCLI

/// The last screen of a run.
struct RunSummaryTests {
    private static let commands = CommandLines(plan: "plans/prod.yaml")

    private static func summary(entries: Int, sentinels: Int, words: Int) -> RunSummary {
        let text = Array(repeating: "something", count: words).joined(separator: " ")
        let facts = ["source 10.0.0.1:6379", "target 10.0.0.2:6379"].map { ApprovalFact($0, "\($0) says \(text)") }
        let names = (1...sentinels).map { "Sentinel 10.0.1.\($0):26379" }
        return RunSummary(
            tone: .bad, ending: "failed", verdict: "after 3 min 2 s at 'failover' \(text)",
            rows: [
                .init("moved", text), .init("failed", (1...entries).map { "'step-\($0)': \(text)" }),
                .init("steps", text),
                .init("write gap", "0.3 s", "on the way back 0.4 s"),
                .init("warnings", (1...entries).map { "check-\($0): \(text)" }), .init("way back", text),
            ],
            servers: facts
                + names.map { ApprovalFact($0, "\($0) names \($0.hasSuffix(".7:26379") ? "nobody" : text)") },
            more: commands.next("status", ""),
            next: [
                commands.next("resume", "go on"), commands.next("rollback", "take back \(text)"),
                commands.next("abandon", "end the run as it is, and see what it leaves behind"),
            ])
    }

    @Test(arguments: [1, 5, 60], [1, 3, 9])
    func `it fits a screen of 80 columns and 24 rows, whatever there is to say`(entries: Int, sentinels: Int) {
        for words in [1, 6, 40] {
            let summary = Self.summary(entries: entries, sentinels: sentinels, words: words)
            let lines = summary.text(.init(width: 80)).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count < 24, "\(words) words")
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(words) words")
            for verb in ["resume", "rollback", "abandon"] {
                #expect(lines.contains { $0.hasPrefix("  = help: planrun \(verb) plans/prod.yaml") })
            }
            // Nothing is left out in silence.
            if entries == 60 {
                #expect(lines.filter { $0.contains(" more: planrun status plans/prod.yaml") }.count == 2)
            }
            if sentinels == 9 {
                #expect(lines.contains { $0.hasPrefix("  each of 8 Sentinels names something") })
                #expect(lines.contains("  Sentinel 10.0.1.7:26379 names nobody"))
            }
        }
    }

    @Test func `in a pipe nothing is broken, and colours are for the ending alone`() {
        let summary = Self.summary(entries: 2, sentinels: 1, words: 40)
        let plain = summary.text(.init())
        #expect(plain.split(separator: "\n").count == 10 + 1 + 3 + 3)
        #expect(
            summary.text(.init(isColored: true))
                == plain.replacing("failed after", with: "\u{1B}[1;31mfailed\u{1B}[0m after"))
    }

    @Test func `several things of one kind stand below each other`() {
        let summary = RunSummary(
            tone: .good, ending: "done:", verdict: "'prod' was carried out in 9.2 s",
            rows: [
                .init("write gap", "0.047 s"),
                .init("warnings", "preflight/way-back: a full sync is needed after 1m", "preflight/backlog: too short"),
            ],
            more: Self.commands.next("status", ""),
            next: [
                Self.commands.next("rollback", "go back"),
                Self.commands.next("report", arguments: ["--out", "plans/prod.html"], "write it down"),
            ])
        #expect(
            summary.text(.init(width: 60)) == """
                done: 'prod' was carried out in 9.2 s
                  write gap  0.047 s
                  warnings   preflight/way-back: a full sync is needed after
                             1m
                             preflight/backlog: too short
                  = help: planrun rollback plans/prod.yaml   go back
                  = help: planrun report plans/prod.yaml --out plans/prod.html
                              write it down
                """)
    }

    // MARK: Whole runs

    private static let long = (1...60).map {
        "  - run: { id: step-\($0)-with-quite-a-long-name-for-a-step, command: [./note.sh, '\($0)'], undo: [./note.sh] }\n"
    }.joined()

    private func printed(
        _ steps: String, rollback: String = "{ on-failure: never }", isStopped: Bool = false,
        script: String = "", width: Int? = 80
    ) async throws -> String {
        let desk = try Desk(
            plan: Migration.plan.replacing("  - approval: Go on?\n", with: steps) + "rollback: \(rollback)\n")
        try desk.write("#!/bin/sh\n\(script)\n", to: "note.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: desk.path("note.sh"))
        let keyboard = Keyboard()
        let migration = Migration { if isStopped, $0.first == "REPLICAOF" { keyboard.pressControlC() } }
        let console = Console(
            servers: migration.servers, environment: ["PATH": "/usr/bin:/bin"], width: width, keyboard: keyboard)
        let printed = await console.run("apply", desk.plan)
        return desk.without(printed.messages).replacing(/(in|after) \d[\d.]* (min \d+ )?s/) { "\($0.1) 0 s" }
    }

    /// The lines from the one that begins so.
    private func screen(_ text: String, from begin: String) throws -> String {
        let start = try #require(text.ranges(of: begin).last?.lowerBound, "\(text)")
        let screen = String(text[start...])
        #expect(screen.split(separator: "\n").count < 24, "\(screen)")
        return screen
    }

    @Test func `a plan of sixty steps that fails at one of them`() async throws {
        let text = try await printed(Self.long, script: #"[ "$1" != 41 ]"#)
        #expect(
            try screen(text, from: "failed after") == """
                failed after 0 s at 'step-41-with-quite-a-long-name-for-a-step'
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      42 of 62 done; of 5 checks 5 passed
                the servers now:
                  source 10.0.0.1:6379 is a primary with 1 replica
                  target 10.0.0.2:6380 is a replica of 10.0.0.1:6379, in sync
                  Sentinel 10.0.0.3:5000 names 10.0.0.1:6379 as the primary
                  = help: planrun resume plan.yaml
                              go on with 'step-41-with-quite-a-long-name-for-a-step'
                  = help: planrun rollback plan.yaml
                              take back 42 steps, 'step-41-with-quite-a-long-name-for-a-step'
                              first, and end the run

                """)
    }

    @Test func `the same, rolled back by itself`() async throws {
        let text = try await printed(Self.long, rollback: "{ on-failure: automatic }", script: #"[ "$1" != 41 ]"#)
        #expect(
            try screen(text, from: "rolled back:").hasPrefix(
                """
                rolled back: nothing of 'small' is left on the servers
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  failed     'step-41-with-quite-a-long-name-for-a-step': './note.sh 41' ended
                             with 1
                the servers now:

                """))
    }

    @Test func `the same, stopped by Ctrl-C`() async throws {
        let text = try await printed(Self.long, isStopped: true, width: nil)
        #expect(
            try screen(text, from: "stopped after").hasPrefix(
                """
                stopped after 0 s; planrun does nothing more, and the servers go on with what they do
                  from       10.0.0.1:6379 (redis) to 10.0.0.2:6380 (redis)
                  steps      2 of 62 done; of 5 checks 5 passed
                the servers now:

                """))
    }
}
