internal import Diagnostics
internal import Values
internal import YAMLTree

/// Finds the texts in a plan that may be secrets, so that no message repeats them. What excerpts show is decided by
/// `Disclosure`, line by line.
///
/// A value under a key of the plan language is not a secret, unless the key asks for one. Every other value may be a
/// secret, whatever its key is called: people have many names for a password.
struct SecretConcealment {
    let disclosure: Disclosure
    let collector: DiagnosticCollector
    /// Whether `places` also includes the values of unknown keys whose names sound like a secret. Finding them doubles
    /// the time of the search.
    let findsPlaces: Bool

    /// The places of values whose keys ask for a secret.
    private(set) var places: Set<SourceRange> = []

    init(_ disclosure: Disclosure, _ collector: DiagnosticCollector, findsPlaces: Bool) {
        self.disclosure = disclosure
        self.collector = collector
        self.findsPlaces = findsPlaces
    }

    mutating func conceal(in node: YAMLNode) {
        switch node.content {
        case .invalid, .scalar: break
        case .sequence(let elements):
            for element in elements { conceal(in: element) }
        case .mapping(let entries):
            for entry in entries {
                switch disclosure.keys[entry.key] {
                case nil:
                    if !SecretText.isHarmless(entry.key) { collector.conceal(entry.keyRange, text: entry.key) }
                    concealAll(in: entry.value, isSecret: findsPlaces && SecretText.isTelling(entry.key))
                case false? where SecretText.isTelling(entry.key): concealAll(in: entry.value, isSecret: true)
                case true?, false?: conceal(in: entry.value)
                }
            }
        }
    }

    /// Conceals everything in the node except keys of the language, paths after `file`, and what is spelt like a
    /// variable's name after `env`.
    private mutating func concealAll(in node: YAMLNode, isSecret: Bool) {
        switch node.content {
        case .invalid: break
        case .scalar(let scalar):
            guard !node.isNull else { return }
            collector.conceal(node.range, text: scalar.text)
            if isSecret { places.insert(node.range) }
        case .sequence(let elements):
            for element in elements { concealAll(in: element, isSecret: isSecret) }
        case .mapping(let entries):
            for entry in entries {
                let isPlace = entry.key == "file" || entry.key == "env"
                if disclosure.keys[entry.key] == nil { collector.conceal(entry.keyRange, text: entry.key) }
                guard isPlace, let scalar = entry.value.scalar else {
                    concealAll(in: entry.value, isSecret: isSecret)
                    continue
                }
                if !scalar.text.isVariableName, entry.key == "env" {
                    collector.conceal(entry.value.range, text: scalar.text)
                }
            }
        }
    }
}

/// Recognises texts that may be secrets by how they look, if nothing else is known about them.
enum SecretText {
    private static let tellingWords = [
        "pass", "pwd", "pswd", "pword", "psk", "secret", "token", "cred", "auth", "apikey", "api-key", "api_key",
    ].map { Array($0.utf8) }

    static func isTelling(_ key: String) -> Bool {
        // No key that a person would name is longer; this one may itself be a secret.
        guard key.utf8.count <= 64 else { return true }
        let key = key.lowercased()
        let bytes = Array(key.utf8)
        return key == "pw" || tellingWords.contains { contains(bytes, $0) }
            || Suggestion.closest(to: key, in: ["password"]) != nil
    }

    /// Whether a message may repeat a text that stands where a name, a number or an address belongs. It may if the text
    /// is a single word made of the characters of names, numbers and addresses, or a quantity with blanks in it.
    /// `password:hunter2`, `-a hunter2`, `>hunter2` and `redis://:hunter2@host` are not harmless.
    static func isHarmless(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        // A message cuts a longer text, so only the part that it can show is judged.
        let shown = text.utf8.prefix(240)
        guard !shown.contains(UInt8(ascii: "@")) else { return false }
        if first.isDigitByte, shown.count <= 12, shown.allSatisfy({ $0.isWordByte || " .,:%".utf8.contains($0) }) {
            return true
        }
        guard shown.allSatisfy({ $0.isWordByte || $0 >= 0x80 || "-_.:[],/+".utf8.contains($0) }) else { return false }
        if shown.contains(where: { ":/,[".utf8.contains($0) }) {
            let words = text.prefix(240).split { !$0.isLetter && $0 != "-" && $0 != "_" }
            return !text.contains("//") && !words.contains { isTelling(String($0)) }
        }
        return true
    }

    /// Whether the text contains the word. It compares bytes, because a search in a `String` compares by Unicode's
    /// rules, which is slow.
    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }
}

extension String {
    /// Whether the text is spelt as variables usually are, in capital letters, digits and `_`; a password seldom is.
    var isVariableName: Bool {
        utf8.first.map { !$0.isDigitByte } == true
            && utf8.allSatisfy { $0.isDigitByte || (65...90).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
