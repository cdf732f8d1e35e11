import Escaping

/// A source line cut into pieces, so that an excerpt shows those that are certainly no secret and hides the others.
///
/// The line is read by itself, and nothing relies on it being YAML: quotes, brackets, `key:` and comments are
/// recognised, and whatever is in doubt is hidden.
struct DisclosedLine {
    private enum Exposure {
        case hidden
        /// Shown only if the diagnostic's own text quotes it.
        case named
    }

    private struct Piece {
        let range: Range<Int>
        let exposure: Exposure
    }

    let scalars: [Unicode.Scalar]
    /// The parts of the line that may have to be hidden, in order. Whatever lies between them is shown.
    private var pieces: [Piece] = []
    /// Whether the last key of the line is one whose values are shown; `nil` if the line has no key.
    private(set) var endsOpen: Bool?

    /// - Parameter beginsOpen: whether text before the line's own first key may be shown. The last key on the lines
    ///   above decides it.
    init(_ scalars: [Unicode.Scalar], _ disclosure: Disclosure?, beginsOpen: Bool) {
        self.scalars = scalars
        guard let disclosure else { return }
        var scanner = Scanner(scalars: scalars, disclosure: disclosure, isOpen: beginsOpen)
        scanner.scan()
        pieces = scanner.pieces
        endsOpen = scanner.endsOpen
    }

    /// The columns, from 0, inside `window` that a diagnostic must not show.
    func hidden(in window: Range<Int>, names: Set<String>) -> [Range<Int>] {
        // The pieces are in order: a binary search finds the first that reaches into the window.
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].range.upperBound <= window.lowerBound { low = middle + 1 } else { high = middle }
        }
        var hidden: [Range<Int>] = []
        for piece in pieces[low...] {
            guard piece.range.lowerBound < window.upperBound else { break }
            if piece.exposure == .named, piece.range.count <= 200, names.contains(text(piece.range)) { continue }
            hidden.append(piece.range)
        }
        return hidden
    }

    private func text(_ range: Range<Int>) -> String {
        scalars[range].reduce(into: "") { $0.unicodeScalars.append($1) }
    }
}

extension DisclosedLine {
    private struct Scanner {
        let scalars: [Unicode.Scalar]
        let disclosure: Disclosure
        /// Whether the last key before `index` is one whose values are shown.
        var isOpen: Bool
        var pieces: [Piece] = []
        var endsOpen: Bool?
        private var index = 0
        /// Whether a value can begin at `index`: only blanks and punctuation stand between it and the last key, bracket
        /// or comma.
        private var isValueStart = true
        /// The key that ends right before `index`, apart from blanks.
        private var keyBefore: String?

        init(scalars: [Unicode.Scalar], disclosure: Disclosure, isOpen: Bool) {
            self.scalars = scalars
            self.disclosure = disclosure
            self.isOpen = isOpen
        }

        mutating func scan() {
            while index < scalars.count {
                switch scalars[index] {
                case let scalar where Self.isBlank(scalar): index += 1
                case "#" where index == 0 || Self.isBlank(scalars[index - 1]): scanComment()
                case "{", "}", "[", "]", ",":
                    isValueStart = true
                    keyBefore = nil
                    index += 1
                case "-" where isEnd(index + 1), "?" where isEnd(index + 1), ":" where isEnd(index + 1): index += 1
                case "'" where isValueStart, "\"" where isValueStart: scanQuoted()
                default: scanWord()
                }
            }
        }

        private mutating func scanComment() {
            var start = index + 1
            while start < scalars.count, Self.isBlank(scalars[start]) { start += 1 }
            hide(start..<scalars.count, .hidden)
            index = scalars.count
        }

        private mutating func scanQuoted() {
            let quote = scalars[index]
            var end = index + 1
            while end < scalars.count {
                let isDoubled = quote == "'" && end + 1 < scalars.count && scalars[end + 1] == quote
                if scalars[end] == quote, !isDoubled { break }
                let isEscape = scalars[end] == quote || quote == "\"" && scalars[end] == "\\"
                end += isEscape ? 2 : 1
            }
            let content = (index + 1)..<min(end, scalars.count)
            index = min(end + 1, scalars.count)
            disclose(content)
        }

        private mutating func scanWord() {
            let start = index
            while index < scalars.count, !Self.isBlank(scalars[index]), !Self.isBracket(scalars[index]) {
                if scalars[index] == ":", isEnd(index + 1) { break }
                index += 1
            }
            if isBlockHeader(start..<index) { return }
            if let colon = colonOfKey(in: start..<index) {
                // The author left out the blank after the colon, as in `password:secret`.
                isOpen = disclosure.keys[text(start..<colon)] ?? false
                endsOpen = isOpen
                hide((colon + 1)..<index, .hidden)
                isValueStart = false
                return
            }
            disclose(start..<index)
        }

        /// Decides about one word, or the inside of quotes: it is a key, a value to show, or one to hide.
        private mutating func disclose(_ range: Range<Int>) {
            // A text of more than 200 characters is neither a word of the language nor a name that a message repeats.
            let word = range.count <= 200 ? text(range) : nil
            if isFollowedByColon {
                let key = word.flatMap { disclosure.keys[$0] }
                if key == nil { hide(range, .named) }
                isOpen = key ?? false
                endsOpen = isOpen
                keyBefore = word
                // Continues after the colon, where the value begins.
                while index < scalars.count, scalars[index] != ":" { index += 1 }
                index += 1
                isValueStart = true
                return
            }
            defer {
                isValueStart = false
                keyBefore = nil
            }
            guard isOpen else { return hide(range, .hidden) }
            if let word, disclosure.isWord(word) || isName(word, range.upperBound) { return }
            if disclosure.showsNumbers, isValueStart, Self.isNumber(scalars[range]) { return }
            hide(range, .named)
        }

        /// Whether this is the whole value of a key that takes a name, up to the end of the line, a bracket or a comma.
        private func isName(_ word: String, _ end: Int) -> Bool {
            guard let keyBefore, disclosure.nameKeys.contains(keyBefore) else { return false }
            let isPlain = word.unicodeScalars.allSatisfy {
                Self.isDigit($0) || ("a"..."z").contains($0) || ("A"..."Z").contains($0) || $0 == "-" || $0 == "_"
            }
            let rest = scalars[min(end, scalars.count)...].drop { Self.isBlank($0) || $0 == "'" || $0 == "\"" }
            return isPlain && (rest.first.map { Self.isBracket($0) || $0 == "#" } ?? true)
        }

        private mutating func hide(_ range: Range<Int>, _ exposure: Exposure) {
            if !range.isEmpty { pieces.append(Piece(range: range, exposure: exposure)) }
        }

        private var isFollowedByColon: Bool {
            var next = index
            while next < scalars.count, Self.isBlank(scalars[next]) { next += 1 }
            return next < scalars.count && scalars[next] == ":" && isEnd(next + 1)
        }

        /// The colon of `key:value`, where `key` is a key of the language.
        private func colonOfKey(in range: Range<Int>) -> Int? {
            guard let colon = scalars[range].prefix(40).firstIndex(of: ":"), colon > range.lowerBound else {
                return nil
            }
            return disclosure.keys[text(range.lowerBound..<colon)] == nil ? nil : colon
        }

        /// Whether this is the mark of a block text, such as `|` or `>-`, with nothing but a comment after it.
        private func isBlockHeader(_ range: Range<Int>) -> Bool {
            guard let first = scalars[range].first, first == "|" || first == ">", range.count <= 3 else { return false }
            guard scalars[range].dropFirst().allSatisfy({ $0 == "-" || $0 == "+" || Self.isDigit($0) }) else {
                return false
            }
            let rest = scalars[range.upperBound...].drop(while: Self.isBlank)
            return rest.isEmpty || rest.first == "#"
        }

        private func isEnd(_ index: Int) -> Bool {
            index >= scalars.count || Self.isBlank(scalars[index]) || Self.isBracket(scalars[index])
        }

        private func text(_ range: Range<Int>) -> String {
            scalars[range].reduce(into: "") { $0.unicodeScalars.append($1) }
        }

        /// Characters that look like a blank, such as a no-break space, count as one: whoever typed it after a key
        /// meant a blank.
        private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar == " " || scalar == "\t" || HiddenCharacter(scalar)?.effect == .looksLikeBlank
        }

        private static func isBracket(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "{", "}", "[", "]", ",": true
            default: false
            }
        }

        private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

        /// `250ms`, `1h30m`, `64KiB`, `30%`, `10.0.0.1:6379`: digits with dots, colons and at most three letters between
        /// them.
        private static func isNumber(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
            guard let first = scalars.first, isDigit(first), scalars.count <= 24 else { return false }
            var letters = 0
            for scalar in scalars {
                switch scalar {
                case "0"..."9", ".", ":", "%": letters = 0
                case "A"..."Z", "a"..."z": letters += 1
                default: return false
                }
                guard letters <= 3 else { return false }
            }
            return true
        }
    }
}
