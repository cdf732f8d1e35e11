/// A command in which placeholders stand for the words that vary, such as `CLIENT SETNAME {name}`. `{words…}` at the
/// end stands for any number of words, or none.
struct RecordedQuestion: Sendable {
    let text: String
    private let words: [Placeholders]
    private let isOpen: Bool

    init(_ text: String) {
        self.text = text
        var words = text.split(separator: " ").map(String.init)
        isOpen = words.last?.hasSuffix("…}") == true
        if isOpen { words.removeLast() }
        self.words = words.map { Placeholders($0) }
    }

    /// The values of the placeholders in a command that asks this question; `nil` if it asks another one.
    func values(in command: [String]) -> [String: String]? {
        guard isOpen ? command.count >= words.count : command.count == words.count else { return nil }
        var values: [String: String] = [:]
        for (word, actual) in zip(words, command) {
            guard let found = actual.isEmpty ? word.valuesOfNothing : word.values(in: actual) else { return nil }
            values.merge(found) { $1 }
        }
        return values
    }

    var fixedLength: Int { words.map(\.fixedLength).reduce(0, +) }

    /// The words of a command with which to ask a server. Examples take the place of placeholders.
    func command(_ examples: [String: String]) throws(MissingValue) -> [String] {
        var command: [String] = []
        for word in words { command += try word.expanded(Values(words: examples)) }
        return command
    }
}

extension Placeholders {
    /// The values if this word of a question matches an empty word; `nil` if it does not. Only a placeholder without
    /// fixed text around it matches, and then there are no values to remember.
    fileprivate var valuesOfNothing: [String: String]? { fixedLength == 0 ? [:] : nil }
}
