/// What may be shown of a text in which secrets may stand: the words of its language, and little else.
///
/// A rule that recognises secrets would miss a password that looks like any other word, so this one recognises what is
/// certainly no secret. Hiding too much of a line costs a look into the file; showing too much costs a password.
package struct Disclosure: Sendable, Equatable {
    /// The keys of the language. `true` for a key whose value is a word of the language, a number or an address;
    /// `false` for one whose value may be any text.
    package var keys: [String: Bool]
    /// The fixed words that a plan can have as values, such as `redis` and `automatic`. They are never secret.
    package var words: Set<String>
    /// Whether numbers are shown after keys that are `true` in `keys`. Only in a file that is YAML: elsewhere what
    /// looks like a number after `timeout:` may be a part of a longer text.
    package var showsNumbers: Bool
    /// The keys whose value is a name that no secret is mistaken for. It is shown if it stands right after its key.
    package var nameKeys: Set<String> = []
    /// Places of the file that are never shown, whatever is written there.
    package var concealed: [SourceRange]

    package init(
        keys: [String: Bool], words: Set<String>, showsNumbers: Bool = true, concealed: [SourceRange] = []
    ) {
        self.keys = keys
        self.words = words
        self.showsNumbers = showsNumbers
        self.concealed = concealed
    }

    package func isWord(_ text: String) -> Bool { words.contains(text) || keys[text] != nil }
}

extension Diagnostic {
    /// What the diagnostic itself names in 'single quotes'; excerpts need not hide it.
    var names: Set<String> {
        var names: Set<String> = []
        for text in [message, label ?? ""] + labels.map(\.text) {
            for piece in text.split(separator: "'") {
                names.insert(String(piece))
                // A quoted 'via: promote' names the key and the value as well.
                if let colon = piece.firstIndex(of: ":") {
                    names.insert(String(piece[..<colon]))
                    names.insert(String(piece[piece.index(after: colon)...].drop { $0 == " " }))
                }
            }
        }
        return names
    }
}
