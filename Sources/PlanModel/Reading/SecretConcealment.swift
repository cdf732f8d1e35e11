internal import Diagnostics
internal import YAMLTree

/// Finds what may be a secret in a plan, whatever else is wrong with it, so that no excerpt repeats it.
enum SecretConcealment {
    private static let tellingWords = ["pass", "pwd", "secret", "token", "credential", "auth"]

    static func conceal(in node: YAMLNode, _ collector: DiagnosticCollector) {
        switch node.content {
        case .invalid: break
        case .scalar(let scalar):
            // User and password in an URL.
            if scalar.text.contains("@"), scalar.text.contains(":") { collector.conceal(node.range) }
        case .sequence(let elements):
            for element in elements { conceal(in: element, collector) }
        case .mapping(let entries):
            for entry in entries {
                if isTelling(entry.key) {
                    concealLiterals(in: entry.value, collector)
                } else {
                    conceal(in: entry.value, collector)
                }
            }
        }
    }

    /// Everything but the places that a reference names.
    private static func concealLiterals(in node: YAMLNode, _ collector: DiagnosticCollector) {
        guard let entries = node.entries else { return node.isNull ? () : collector.conceal(node.range) }
        for entry in entries {
            let isPlace = entry.key == "file" || entry.key == "env" && isVariableName(entry.value)
            if !isPlace || entry.value.scalar == nil { collector.conceal(entry.value.range) }
        }
    }

    private static func isVariableName(_ node: YAMLNode) -> Bool {
        guard let text = node.scalar?.text else { return false }
        let isUpperCase = text.utf8.allSatisfy { $0.isDigitByte || (65...90).contains($0) || $0 == UInt8(ascii: "_") }
        return text.utf8.first.map { !$0.isDigitByte } ?? false
            && (isUpperCase || text.contains("_") && text.utf8.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: "_") })
    }

    private static func isTelling(_ key: String) -> Bool {
        let key = key.lowercased()
        return tellingWords.contains { key.contains($0) } || Suggestion.closest(to: key, in: ["password"]) != nil
    }

    /// For a file that is no YAML: what follows such a word and a colon, and the lines that are indented further below it.
    static func concealLines(of collector: DiagnosticCollector) {
        let lines = SourceLines(collector.file.text)
        var indentation: Int?
        for number in 1...lines.count {
            let line = String(lines[number])
            let own = line.prefix { $0 == " " || $0 == "\t" || $0 == "-" }.count
            if let outer = indentation, own > outer, !line.isEmpty {
                collector.conceal(wholeLine(number, from: 1))
                continue
            }
            indentation = nil
            guard let colon = line.firstIndex(of: ":"), mentionsSecret(line) else { continue }
            let key = line[..<colon].split { !$0.isLetter }.last.map(String.init) ?? ""
            let isFirst = isTelling(key)
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            let start =
                isFirst ? line.unicodeScalars.distance(from: line.startIndex, to: value.startIndex) + 1 : own + 1
            collector.conceal(wholeLine(number, from: start))
            indentation = isFirst ? own : nil
        }
    }

    private static func mentionsSecret(_ line: String) -> Bool {
        line.split { !$0.isLetter && $0 != "-" && $0 != "_" }.contains { isTelling(String($0)) } || line.contains("@")
    }

    private static func wholeLine(_ number: Int, from column: Int) -> SourceRange {
        SourceRange(SourcePosition(line: number, column: column), SourcePosition(line: number + 1, column: 1))
    }
}
