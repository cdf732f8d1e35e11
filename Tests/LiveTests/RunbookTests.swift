import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// A person who types the runbook from its first line to its last ends where planrun would.
    @Suite struct RunbookTests {
        struct Hand: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var sentinels = 1
            var resting = "follow"
            var login = LabDescription.Login.open
            var tls: LabDescription.TLS?
            var target = Engine.redis
            /// Whether the way back is typed, too, and from where.
            var back = Back.none

            enum Back: Sendable { case none, early, late }
        }

        static let all = [
            Hand(testDescription: "one Sentinel, and back", back: .late),
            Hand(
                testDescription: "three Sentinels, TLS and password", sentinels: 3, login: .password, tls: .init()),
            Hand(testDescription: "no Sentinel", sentinels: 0),
            Hand(testDescription: "the source stands alone, and back", resting: "fenced", back: .late),
            Hand(testDescription: "back from the closed source", back: .early),
        ]

        @Test(arguments: all)
        func `what it says is what happens`(_ hand: Hand) async throws { try await carryOut(hand) }

        @Test(.enabled(if: ServerProgram.dragonfly.path != nil, "there is no 'dragonfly' in PATH"))
        func `a real Dragonfly is made the primary, and the source is one again`() async throws {
            try await carryOut(
                Hand(testDescription: "a real Dragonfly, and back", resting: "fenced", target: .dragonfly, back: .late))
        }

        private func carryOut(_ hand: Hand) async throws {
            var description = LabDescription(
                source: .init(login: hand.login), target: .init(login: hand.login),
                sentinels: .init(count: max(1, hand.sentinels), login: hand.login, infoPeriod: .milliseconds(200)),
                tls: hand.tls)
            if hand.sentinels == 0 { description.sentinels = nil }
            description.target.engine = hand.target
            let via = hand.sentinels == 0 ? "promote" : "sentinel"
            try await withLab(description) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "via: \(via), resting: \(hand.resting)"),
                    afterCutover: "discard-writes")
                try await migration.fill(keys: 200)
                let written = try await migration.planrun("runbook")
                #expect(written.exitCode == 0, "\(written.standardError)")
                let typist = Typist(written.standardOutput)
                let isGivenUp = hand.back == .late && hand.resting == "fenced"
                try await migration.underLoad("by hand: \(hand.testDescription)") { _ in
                    try await typist.type(until: hand.back == .early ? "Promote the new primary" : nil)
                    guard hand.back != .early else { return try await typist.stepBack() }
                    try await eventually("the target is the primary") {
                        try await lab.replication(of: lab.target).role == .primary
                    }
                }
                switch hand.back {
                case .early: try await lab.expectUntouched()
                case .none: try await lab.expectMigrated(sourceFollows: hand.resting == "follow")
                case .late where isGivenUp:
                    try await typist.goBack()
                    try await lab.expectUntouched(targetFollows: true)
                case .late:
                    try await migration.underLoad("back by hand: \(hand.testDescription)") { _ in
                        try await typist.goBack()
                    }
                    try await lab.expectUntouched(targetFollows: true)
                }
            }
        }
    }
}

/// Types the blocks of a runbook into a shell.
private struct Typist: Sendable {
    private struct Block {
        let task: Int
        let title: String
        let isLook: Bool
        let isBack: Bool
        var lines: [String] = []
    }

    private var functions = ""
    private var blocks: [Block] = []

    init(_ lines: [String]) {
        var title = ""
        var task = -1
        var block: Block?
        var isFunctions = false
        for line in lines {
            if line == "```" {
                if let block { blocks.append(block) }
                (block, isFunctions) = (nil, false)
            } else if line == "```sh functions" {
                isFunctions = true
            } else if line.hasPrefix("```sh ") {
                block = Block(
                    task: task, title: title, isLook: line.contains(" look"), isBack: line.hasSuffix(" back"))
            } else if isFunctions {
                functions += line + "\n"
            } else if block != nil {
                block?.lines.append(line)
            } else if line.hasPrefix("## ") {
                title = line
                task += 1
            }
        }
    }

    /// - Parameter end: where to stop, by the beginning of a task's title; `nil` is the end.
    func type(until end: String?) async throws {
        for block in blocks where !block.isBack {
            if let end, block.title.contains(end) { return }
            try await type(block)
        }
    }

    /// Types the ways back of the tasks before the point of no return, last first.
    func stepBack() async throws {
        guard let end = blocks.first(where: { $0.title.contains("Promote the new primary") })?.task else { return }
        for block in blocks.reversed() where block.isBack && block.task < end { try await type(block) }
    }

    /// Types the way back after the cutover.
    func goBack() async throws {
        for block in blocks where block.isBack && block.title.contains("The way back after") { try await type(block) }
    }

    private func type(_ block: Block) async throws {
        for line in block.lines {
            if block.isLook {
                try await eventually("'\(line)' of '\(block.title)'", within: .seconds(60)) {
                    try await run(line).exitCode == 0
                }
            } else if line.contains("SENTINEL FAILOVER") {
                // On a busy machine the Sentinel's last look at the replica may be too old for a moment.
                try await eventually("'\(line)' of '\(block.title)'", within: .seconds(60)) {
                    let outcome = try await run(line)
                    if outcome.exitCode != 0 { #expect(outcome.output.contains("NOGOODSLAVE"), "\(outcome.output)") }
                    return outcome.exitCode == 0
                }
            } else {
                let outcome = try await run(line)
                // What a Dragonfly without a flag file answers to CONFIG REWRITE.
                let isOptional = line.contains("# OK, or an error")
                #expect(outcome.exitCode == 0 || isOptional, "\(block.title): \(line): \(outcome.output)")
            }
        }
    }

    private func run(_ line: String) async throws -> Shell.Outcome {
        let withoutComment = line.split(separator: " # ", maxSplits: 1)[0]
        return try await Shell.run(functions + withoutComment)
    }
}
