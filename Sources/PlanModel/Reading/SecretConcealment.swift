internal import Diagnostics
internal import YAMLTree

/// Finds what may be a secret in a plan, whatever else is wrong with it, so that no excerpt and no message repeats it.
///
/// It is generous: hiding too much of a line costs a look into the file, showing too much costs a password.
enum SecretConcealment {
    private static let tellingWords = ["pass", "pwd", "secret", "token", "credential", "auth"].map { Array($0.utf8) }

    static func conceal(in node: YAMLNode, _ collector: DiagnosticCollector) {
        switch node.content {
        case .invalid: break
        case .scalar(let scalar):
            if mayHoldSecret(scalar.text) { collector.conceal(node.range) }
        case .sequence(let elements):
            for element in elements { conceal(in: element, collector) }
        case .mapping(let entries):
            for entry in entries {
                if mayHoldSecret(entry.key) { collector.conceal(entry.keyRange) }
                if isTelling(entry.key) {
                    concealLiterals(in: entry.value, collector)
                } else {
                    conceal(in: entry.value, collector)
                }
            }
        }
    }

    /// A text that is more than the name of a secret: `password:hunter2` or `password hunter2`, where a space or a
    /// colon is missing, or an URL with a user.
    static func mayHoldSecret(_ text: String) -> Bool {
        text.contains { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" } && mentionsSecret(text)
    }

    /// Everything but the places that a reference names.
    private static func concealLiterals(in node: YAMLNode, _ collector: DiagnosticCollector) {
        guard let entries = node.entries else { return node.isNull ? () : collector.conceal(node.range) }
        for entry in entries {
            let isPlace = entry.key == "file" || entry.key == "env" && isVariableName(entry.value)
            if !isPlace || entry.value.scalar == nil { collector.conceal(entry.value.range) }
            if !["file", "env"].contains(entry.key) { collector.conceal(entry.keyRange) }
        }
    }

    /// As variables are usually spelt; a password seldom is.
    private static func isVariableName(_ node: YAMLNode) -> Bool {
        guard let text = node.scalar?.text, text.utf8.first.map({ !$0.isDigitByte }) == true else { return false }
        return text.utf8.allSatisfy { $0.isDigitByte || (65...90).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isTelling(_ key: String) -> Bool {
        let key = key.lowercased()
        return tellingWords.contains { contains(Array(key.utf8), $0) }
            || Suggestion.closest(to: key, in: ["password"]) != nil
    }

    /// Bytes, because looking for text in text compares by Unicode's rules, at a price.
    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }

    private static func mentionsSecret(_ text: String) -> Bool {
        text.split { !$0.isLetter && $0 != "-" && $0 != "_" }.contains { isTelling(String($0)) }
            || text.utf8.contains(UInt8(ascii: "@"))
    }
}

extension SecretConcealment {
    /// For a file that is no YAML: what follows a telling word on its line, and the lines after it that name no key.
    static func concealLines(of collector: DiagnosticCollector) {
        let lines = SourceLines(collector.file.text)
        var followsSecret = false
        for number in 1...lines.count {
            let line = String(lines[number])
            if mentionsSecret(line) {
                collector.conceal(wholeLine(number, from: columnAfterKey(line)))
                followsSecret = true
            } else if followsSecret, !namesKey(line) {
                collector.conceal(wholeLine(number, from: 1))
            } else {
                followsSecret = false
            }
        }
    }

    /// Where a value begins whose key is the first word of the line; else where the text of the line begins.
    private static func columnAfterKey(_ line: String) -> Int {
        let indentation = line.prefix { $0 == " " || $0 == "-" }
        let rest = line[indentation.endIndex...]
        let word = rest.prefix { $0.isLetter || $0 == "-" || $0 == "_" }
        let end = line[word.endIndex...].prefix { $0 == ":" || $0 == " " }.endIndex
        let start = isTelling(String(word)) ? end : indentation.endIndex
        return line.unicodeScalars.distance(from: line.startIndex, to: start) + 1
    }

    private static func namesKey(_ line: String) -> Bool {
        let text = line.drop { $0 == " " || $0 == "-" }
        let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        return !word.isEmpty && text[word.endIndex...].hasPrefix(":")
    }

    private static func wholeLine(_ number: Int, from column: Int) -> SourceRange {
        SourceRange(SourcePosition(line: number, column: column), SourcePosition(line: number + 1, column: 1))
    }
}
