import FoundationEssentials
import PlanModel
import RESP
package import Rehearsal

/// Asks a Dragonfly all questions in each situation. It may be a real Dragonfly or the stand-in.
package struct DragonflyRecorder: Sendable {
    /// The answers, by situation and by the text of the question.
    package typealias Answers = [Situation: [String: RecordedAnswer]]

    private let lab: Lab
    private let setup: Situation.Setup
    private let questions: [RecordedQuestion]
    private let stage: DragonflyStage

    /// - Parameter lab: a private world whose target is the Dragonfly, started as the set-up demands.
    package init(_ lab: Lab, _ setup: Situation.Setup, asks: [String]) {
        self.lab = lab
        self.setup = setup
        questions = asks.map { RecordedQuestion($0) }
        stage = DragonflyStage(lab)
    }

    /// - Parameter note: is called with a sentence for each question that could not be asked.
    package func answers(note: (String) -> Void) async throws -> Answers {
        var answers: Answers = [:]
        try await stage.furnish()
        for situation in Situation.all where situation.setup == setup {
            try await stage.enter(situation.role)
            // Questions that change the role come last, and after each of them the situation is set up again.
            let last = questions.filter { Self.changesRole($0.text) }
            for question in questions.filter({ !Self.changesRole($0.text) }) + last {
                answers[situation, default: [:]][question.text] = try await ask(question, situation, note)
                if !Self.changesRole(question.text) { try await stage.expect(situation.role) }
                if Self.changesUsers(question.text) { try await stage.makeUsers() }
                if Self.changesRole(question.text) { try await stage.enter(situation.role) }
            }
        }
        return answers
    }

    private static func changesRole(_ question: String) -> Bool {
        ["REPLICAOF", "SLAVEOF", "FLUSH"].contains { question.contains($0) }
    }

    private static func changesUsers(_ question: String) -> Bool {
        ["ACL SETUSER", "ACL DELUSER", "ACL LOAD"].contains { question.contains($0) }
    }

    private func ask(
        _ question: RecordedQuestion, _ situation: Situation, _ note: (String) -> Void
    ) async throws -> RecordedAnswer? {
        let settings = lab.settings(for: lab.target)
        let examples = try await stage.examples(for: question.text)
        var commands = try question.text.split(separator: "; ").map {
            Command(try RecordedQuestion(String($0)).command(examples))
        }
        if situation.role != .locked, let password = settings.password?.reveal() {
            commands.insert(Command(["AUTH", settings.username, password].compactMap(\.self)), at: 0)
        }
        let outcome: Result<[RESPValue], any Error>
        do {
            outcome = .success(
                try await PlainConnection.replies(to: commands, at: settings.address, within: .seconds(30)))
        } catch {
            outcome = .failure(error)
        }
        if question.text.contains("CLIENT PAUSE") { try await lab.send(["CLIENT", "UNPAUSE"], to: lab.target) }
        switch outcome {
        case .success(let replies):
            return DragonflyText(asked: examples).answer(replies.last ?? .null, to: question.text)
        case .failure(let error):
            note("\(question.text) (\(situation)): \(error)")
            return nil
        }
    }
}

extension DragonflyRecord {
    /// Makes a record. If an answer differs from that in `before` only in the values of placeholders, the old values
    /// are kept. So asking again does not change the file unless Dragonfly behaves differently.
    package init(engine: String, answers: DragonflyRecorder.Answers, before: DragonflyRecord) {
        let asks = Set(answers.values.flatMap(\.keys)).sorted()
        var entries: [Entry] = []
        for ask in asks {
            var groups: [(answer: RecordedAnswer, situations: Set<Situation>)] = []
            for situation in Situation.all {
                guard let answer = answers[situation]?[ask] else { continue }
                // A client that has not logged in gets the same answer to everything, so that answer is recorded only
                // once.
                if situation.role == .locked, ask != "PING", answer == answers[situation]?["PING"] { continue }
                if let index = groups.firstIndex(where: { $0.answer.withoutValues == answer.withoutValues }) {
                    groups[index].situations.insert(situation)
                } else {
                    groups.append((answer, [situation]))
                }
            }
            entries += groups.map { group in
                let known = before.entries.first {
                    $0.ask == ask && $0.answer.withoutValues == group.answer.withoutValues
                }
                return Entry(
                    ask: ask, when: Situation.summary(group.situations), answer: known?.answer ?? group.answer)
            }
        }
        self.init(engine: engine, entries: entries)
    }

    /// The answers that differ from those of another record, one line each.
    package func differences(from other: DragonflyRecord) -> [String] {
        Situation.all.flatMap { differences(from: other, in: $0) }
    }

    package func differences(from other: DragonflyRecord, in situation: Situation) -> [String] {
        Set(asks + other.asks).sorted().compactMap { ask in
            let (own, others) = (answer(to: ask, in: situation), other.answer(to: ask, in: situation))
            guard own?.withoutValues != others?.withoutValues else { return nil }
            return "\(ask) (\(situation)): \(Self.text(own)), not \(Self.text(others))"
        }
    }

    private static func text(_ answer: RecordedAnswer?) -> String {
        guard let answer else { return "no answer" }
        return (try? String(decoding: JSONEncoder().encode(answer), as: UTF8.self)) ?? "\(answer)"
    }
}
