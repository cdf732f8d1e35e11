import FoundationEssentials

/// What a real Dragonfly was asked, in which situation, and what it answered. The stand-in answers nothing else.
///
/// `planrun-benchmarks dragonfly-record` asks a real Dragonfly all of it again, and can add questions.
package struct DragonflyRecord: Sendable {
    package struct Entry: Sendable, Codable, Equatable {
        package var ask: String
        /// The situations in which this was the answer, in the words of `Situation.summary`.
        package var when: [String]?
        package var answer: RecordedAnswer
    }

    /// The Dragonfly that was asked and the server that was its source, with their versions.
    package var engine: String
    package private(set) var entries: [Entry]
    private let questions: [String: [RecordedQuestion]]
    private let answers: [String: [Entry]]
    let commands: DragonflyCommands

    package init(engine: String, entries: [Entry]) {
        self.engine = engine
        self.entries = entries
        answers = Dictionary(grouping: entries) { $0.ask }
        questions = Dictionary(grouping: answers.keys.map { RecordedQuestion($0) }) {
            String($0.text.prefix { $0 != " " }).uppercased()
        }
        commands = DragonflyCommands(answers["COMMAND"]?.first?.answer)
    }

    package var asks: [String] { answers.keys.sorted() }

    struct Match: Sendable {
        let question: RecordedQuestion
        /// The values of the question's placeholders.
        let words: [String: String]
        let answer: RecordedAnswer
    }

    /// - Parameter command: the words of a command, or the text of a question itself.
    func match(_ command: [String], in situation: Situation) -> Match? {
        let candidates = questions[command.first?.uppercased() ?? ""] ?? []
        let matches = candidates.compactMap { question -> Match? in
            guard let words = question.values(in: command),
                let entry = answers[question.text]?.first(where: { situation.isMeant(by: $0.when) })
            else { return nil }
            return Match(question: question, words: words, answer: entry.answer)
        }
        return matches.max { $0.question.fixedLength < $1.question.fixedLength }
    }

    func answer(to ask: String, in situation: Situation) -> RecordedAnswer? {
        answers[ask]?.first { situation.isMeant(by: $0.when) }?.answer
    }
}

/// The commands that the real Dragonfly listed as its reply to `COMMAND`.
struct DragonflyCommands: Sendable {
    private let flags: [String: Set<String>]

    init(_ answer: RecordedAnswer?) {
        var flags: [String: Set<String>] = [:]
        if case .list(let entries)? = answer {
            for case .list(let fields) in entries where fields.count > 2 {
                guard case .text(let name) = fields[0], case .list(let words) = fields[2] else { continue }
                flags[name.dropFirst().uppercased()] = Set(
                    words.compactMap { if case .text(let word) = $0 { word.dropFirst().lowercased() } else { nil } })
            }
        }
        self.flags = flags
    }

    func knows(_ name: String) -> Bool { flags[name.uppercased()] != nil }

    func isWrite(_ name: String) -> Bool { flags[name.uppercased()]?.contains("write") == true }

    /// Whether the command is about keys. Such a command is not imitated: the Redis behind the stand-in has the keys.
    func isData(_ name: String) -> Bool {
        isWrite(name) || flags[name.uppercased()]?.contains("readonly") == true
    }
}

// MARK: The file

extension DragonflyRecord {
    package static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Record.json").path

    package static let recorded: DragonflyRecord = {
        do {
            return try DragonflyRecord(contentsOf: file)
        } catch {
            preconditionFailure("\(file) is no record: \(error)")
        }
    }()

    private struct Document: Codable {
        var engine: String
        var answers: [Entry]
    }

    package init(contentsOf path: String) throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: URL(filePath: path)))
        self.init(engine: document.engine, entries: document.answers)
    }

    /// Writes one answer a line, so that a diff shows which answers have changed.
    package func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        let lines = try entries.map { entry in
            let when = try entry.when.map { ", \"when\": \(try json($0))" } ?? ""
            return "{\"ask\": \(try json(entry.ask))\(when), \"answer\": \(try json(entry.answer))}"
        }
        let text = "{\"engine\": \(try json(engine)), \"answers\": [\n\(lines.joined(separator: ",\n"))\n]}\n"
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
