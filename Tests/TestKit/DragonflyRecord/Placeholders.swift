/// The values to put in the place of placeholders.
struct Values: Sendable {
    var words: [String: String] = [:]
    /// For `{each name}`: a set of words for each text.
    var lists: [String: [[String: String]]] = [:]
}

/// A placeholder for which there is no value.
struct MissingValue: Error {
    let name: String
}

/// A text with placeholders: `{name}` or `{name=value}`, and at its beginning perhaps `{each name}`.
struct Placeholders: Sendable {
    private enum Part {
        case text(Substring)
        case placeholder(name: Substring, value: Substring?)
    }

    private let each: Substring?
    private let parts: [Part]

    init(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("{each "), let end = rest.firstIndex(of: "}") {
            each = rest[rest.index(rest.startIndex, offsetBy: 6)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            each = nil
        }
        var parts: [Part] = []
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            parts.append(.text(rest[..<start]))
            let inner = rest[rest.index(after: start)..<end]
            let equals = inner.firstIndex(of: "=")
            parts.append(
                .placeholder(
                    name: inner[..<(equals ?? inner.endIndex)], value: equals.map { inner[inner.index(after: $0)...] }))
            rest = rest[rest.index(after: end)...]
        }
        self.parts = parts + [.text(rest)]
    }

    var withoutValues: String {
        (each.map { "{each \($0)}" } ?? "")
            + parts.map { part in
                switch part {
                case .text(let text): String(text)
                case .placeholder(let name, _): "{\(name)}"
                }
            }.joined()
    }

    /// Fills the placeholders in. The result has a text for each entry of the list that `{each name}` names, or a
    /// single text if there is no `{each name}`.
    func expanded(_ values: Values) throws(MissingValue) -> [String] {
        guard let each else { return [try filled(values.words)] }
        guard let list = values.lists[String(each)] else { throw MissingValue(name: "each \(each)") }
        var texts: [String] = []
        for words in list { texts.append(try filled(values.words.merging(words) { $1 })) }
        return texts
    }

    private func filled(_ words: [String: String]) throws(MissingValue) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .placeholder(let name, let value):
                guard let word = words[String(name)] ?? value.map(String.init) else {
                    throw MissingValue(name: String(name))
                }
                text += word
            }
        }
        return text
    }

    /// The values that `text` has in the places of the placeholders; `nil` if the rest of `text` is different. A
    /// placeholder stands for at least one character.
    func values(in text: String) -> [String: String]? {
        Self.match(parts[...], text[...])
    }

    private static func match(_ parts: ArraySlice<Part>, _ text: Substring) -> [String: String]? {
        switch parts.first {
        case nil: return text.isEmpty ? [:] : nil
        case .text(let piece)?:
            guard text.prefix(piece.count).lowercased() == piece.lowercased() else { return nil }
            return match(parts.dropFirst(), text.dropFirst(piece.count))
        case .placeholder(let name, _)?:
            for end in text.indices.dropFirst() + [text.endIndex] where end > text.startIndex {
                if let values = match(parts.dropFirst(), text[end...]) {
                    return values.merging([String(name): String(text[..<end])]) { $1 }
                }
            }
            return nil
        }
    }

    /// How many characters of the text are fixed. If two questions fit a command, the one with more fixed text is
    /// meant.
    var fixedLength: Int {
        parts.reduce(0) { sum, part in if case .text(let text) = part { sum + text.count } else { sum } }
    }
}
