import Execution
import Operations

/// One question to the person at the terminal. The facts that the answer depends on are printed above the question;
/// when they change while the person thinks, the change is printed and the question is asked again.
///
/// Whatever was typed before the question, or before a change was printed, does not count as an answer to it.
struct Inquiry: Sendable {
    /// How the person says yes.
    enum Yes: Sendable, Equatable {
        case letter
        /// A whole word, which nobody types by accident: for questions about what cannot be taken back.
        case word(String)
        /// One of these words.
        case oneOf([String])
    }

    let input: CommandContext.Input
    /// Prints a text without a line break, so that the answer is typed after it. The live view moves out of the way
    /// first.
    let ask: @Sendable (String) -> Void
    let isDraining: @Sendable () -> Bool
    var now: @Sendable () -> Timestamp = { .now }

    private static let period = Duration.seconds(2)

    enum Answer: Equatable {
        case yes(String)
        /// One of the words that were offered.
        case chosen(String)
        case no
    }

    /// - Parameters:
    ///   - introduction: lines that are printed once, above the facts.
    ///   - facts: read again every few seconds.
    func answer(
        to question: String, _ yes: Yes, introduction: [String] = [],
        facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Answer {
        var shown = try await facts()
        show(introduction + ["\(time) now:"] + shown.map { "  \($0.text)" } + [question], yes)
        let clock = ContinuousClock()
        var due = clock.now + Self.period
        while true {
            if isDraining() { throw CancellationError() }
            let typed = input.next()
            // A no needs no second look at the facts: it changes nothing, whatever they are now.
            if typed.isPlainNo { return .no }
            if typed == .notYet, clock.now < due {
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            let facts = try await facts()
            due = clock.now + Self.period
            let changes = changes(from: shown, to: facts)
            shown = facts
            if !changes.isEmpty {
                show(changes.map { "\(time) changed: \($0)" } + [question], yes)
                continue
            }
            switch meaning(of: typed, yes) {
            case .answer(let answer): return answer
            case .nothing: break
            case .unclear(let why): show([why, question], yes)
            }
        }
    }

    private func show(_ lines: [String], _ yes: Yes) {
        // Reading the facts takes time. Whatever was typed during that time was typed before they were shown.
        input.discard()
        ask((lines + [prompt(yes)]).joined(separator: "\n"))
    }

    private func prompt(_ yes: Yes) -> String {
        switch yes {
        case .letter: "[y/N] "
        case .word(let word): "type '\(word)' to go on, or 'no': "
        case .oneOf(let words): "type \(words.map { "'\($0)'" }.joined(separator: " or ")), or 'no' to stop: "
        }
    }

    private enum Meaning {
        case answer(Answer)
        case nothing
        case unclear(String)
    }

    private func meaning(of typed: CommandContext.Answer, _ yes: Yes) -> Meaning {
        switch typed {
        case .notYet: return .nothing
        case .ended: return .answer(.no)
        case .line(let line):
            let word = line.trimmed.lowercased()
            switch yes {
            case .letter: return .answer(["y", "yes"].contains(word) ? .yes("'\(word)' at the terminal") : .no)
            case .word(let wanted):
                if word == wanted { return .answer(.yes("'\(wanted)' at the terminal")) }
                return .unclear(word.isEmpty ? "nothing was typed" : "that was not '\(wanted)': nothing was done")
            case .oneOf(let words):
                if let chosen = words.first(where: { $0 == word }) { return .answer(.chosen(chosen)) }
                return .unclear(word.isEmpty ? "nothing was typed" : "that was none of the words: nothing was done")
            }
        }
    }

    /// The lines that tell what changed: each new or changed fact, then each fact that is no longer true.
    private func changes(from earlier: [ApprovalFact], to facts: [ApprovalFact]) -> [String] {
        let states = Dictionary(earlier.map { ($0.subject, $0.state) }) { $1 }
        let subjects = Set(facts.map(\.subject))
        return facts.filter { states[$0.subject] != $0.state }.map(\.text)
            + earlier.filter { !subjects.contains($0.subject) }.map { "not any more: \($0.text)" }
    }

    /// The time of day, as in the lines of a run: `09:30:00Z`.
    private var time: String { "\(now())".dropFirst(11).prefix(8) + "Z" }
}

extension CommandContext.Answer {
    fileprivate var isPlainNo: Bool {
        guard case .line(let line) = self else { return false }
        return ["n", "no"].contains(line.trimmed.lowercased())
    }
}

extension String {
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return rest
    }
}
