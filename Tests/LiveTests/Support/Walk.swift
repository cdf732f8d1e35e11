import Execution
import FoundationEssentials
import Glibc
import RESP
import Rehearsal
import Seeding
import TestKit
import Testing

/// What people, their mistakes and their servers do to one run, one thing after the other, drawn by chance.
struct Walk: Sendable, CustomTestStringConvertible {
    /// Draws of the same seed and number are the same.
    let number: Int

    var testDescription: String { "walk \(number)" }

    /// `PLANRUN_WALKS`: how many. Without it a few.
    static let all = (0..<(ProcessInfo.processInfo.environment["PLANRUN_WALKS"].flatMap { Int($0) } ?? 3))
        .map { Walk(number: $0) }

    enum Move: Sendable {
        case type([String], interrupted: Interruption?)
        case restart(isSource: Bool)
        /// A Sentinel fails over by itself. Nobody holds writes back, so some are lost.
        case failOver
    }

    struct Interruption: Sendable {
        var signal: Int32
        var delay: Duration
    }

    var moves: [Move] {
        var luck = SeededRandom(number)
        return [Self.apply(&luck)] + (0..<Int.random(in: 2...5, using: &luck)).map { _ in Self.move(&luck) }
    }

    private static func apply(_ luck: inout SeededRandom) -> Move {
        let approval = Bool.random(using: &luck) ? ["--auto-approve"] : []
        return .type(["apply"] + approval, interrupted: interruption(&luck))
    }

    private static func move(_ luck: inout SeededRandom) -> Move {
        switch Int.random(in: 0..<12, using: &luck) {
        case 0: .type(["abandon", "--leave-behind"], interrupted: nil)
        case 1: .restart(isSource: true)
        case 2: .restart(isSource: false)
        case 3: .failOver
        case 4: apply(&luck)
        case 5, 6: .type(["resume", "--approve", "approval"], interrupted: interruption(&luck))
        case 7, 8: .type(["resume"], interrupted: interruption(&luck))
        default: .type(["rollback", "--discard-writes", "all"], interrupted: interruption(&luck))
        }
    }

    private static func interruption(_ luck: inout SeededRandom) -> Interruption? {
        let signal = [SIGINT, SIGKILL, nil].randomElement(using: &luck) ?? nil
        // As long as a whole run takes here.
        let delay = Duration.milliseconds(Int.random(in: 0..<4_000, using: &luck))
        return signal.map { Interruption(signal: $0, delay: delay) }
    }
}

extension Walk {
    func go(_ migration: Migration) async throws {
        let lab = migration.lab
        var luck = SeededRandom(number + 1_000_000)
        for move in moves {
            Notes.add("\(testDescription): \(move)")
            switch move {
            case .type(let words, let interruption):
                var outcome = try await type([words[0], migration.plan] + words.dropFirst(), interruption)
                while Bool.random(using: &luck), let line = outcome.linesOffered.randomElement(using: &luck) {
                    outcome = try await follow(line)
                }
            case .restart(let isSource):
                let server = isSource ? lab.source : lab.target
                await server.kill()
                try await server.start()
            case .failOver:
                // Refused where there is nobody to promote, or where it goes on already.
                _ = try? await lab.send(["SENTINEL", "FAILOVER", "primary"], to: lab.sentinels[0])
            }
        }
    }

    private func type(_ line: [String], _ interruption: Interruption? = nil) async throws -> PlanrunProcess.Outcome {
        let outcome = try await PlanrunProcess.run(line) { process in
            if let interruption {
                try await Task.sleep(for: interruption.delay)
                await process.send(interruption.signal)
            }
            return try await process.wait()
        }
        Notes.add(
            "\(testDescription): \(line[0]) ended with \(outcome.exitCode.map { "\($0)" } ?? "a signal")\n\(outcome.complaint)"
        )
        return outcome
    }

    /// Types a line that was offered, in the situation in which it was.
    private func follow(_ line: String) async throws -> PlanrunProcess.Outcome {
        let command = line.prefix(upTo: line.firstRange(of: "   ")?.lowerBound ?? line.endIndex)
        Notes.add("\(testDescription): as offered: \(command)")
        let outcome = try await type(command.split(separator: " ").dropFirst().map(String.init))
        // It may come to nothing, but it is never out of place.
        #expect(outcome.exitCode != 2, "\(command): \(outcome.complaint)")
        return outcome
    }

    /// Ends the run by nothing but the lines that are offered, the first ones first.
    func end(_ migration: Migration) async throws {
        guard (try? migration.state()) != nil else { return }
        var outcome = try await type(["status", migration.plan])
        for attempt in 0..<10 {
            guard try !migration.state().isOver else { return }
            if outcome.linesOffered.isEmpty { outcome = try await type(["status", migration.plan]) }
            let lines = outcome.linesOffered
            try #require(!lines.isEmpty, "\(testDescription): nothing is offered for a run that has no end")
            outcome = try await follow(lines[attempt / 3 % lines.count])
        }
        guard try !migration.state().isOver else { return }
        let ended = try await migration.planrun("abandon", "--leave-behind")
        #expect([0, 4].contains(ended.exitCode), "\(ended.standardError)")
    }

    /// What is said to be left is what is left, and it goes away by the lines that are printed. A person may leave it as it
    /// is, unless it is said that no writes are taken.
    func cleanUp(_ migration: Migration) async throws {
        guard let leftovers = try? migration.state().leftovers else { return }
        var luck = SeededRandom(number + 2_000_000)
        guard Bool.random(using: &luck) || leftovers.contains(where: { $0.what.contains("takes no writes") }) else {
            return Notes.add("\(testDescription): what is left stays")
        }
        var lines = leftovers.flatMap(\.commands)
        try await eventually("the lines that were printed work", within: .seconds(60)) {
            var refused: [String] = []
            // A line that has worked is not typed again: a second failover would go back.
            for line in lines where try await !migration.lab.type([line]).isEmpty { refused.append(line) }
            lines = refused
            return lines.isEmpty
        }
    }
}
