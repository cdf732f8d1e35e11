import Escaping

extension YAMLScalar {
    /// The scalar on one line, with quotes only where it would mean something else without.
    var spelledInLine: String {
        if style == .plain, !text.unicodeScalars.contains(where: { $0 == "\n" }) { return text }
        if isPlainText { return text }
        let needsEscapes = text.unicodeScalars.contains { $0.value < 0x20 || VisibleText.isUnsafe($0) }
        return needsEscapes ? doubleQuoted : "'\(text.replacing("'", with: "''"))'"
    }

    /// Whether the text means the same without quotes, wherever it stands. Some texts for which that is so are not
    /// recognised; they keep their quotes.
    private var isPlainText: Bool {
        guard YAMLScalar(text).meaning == .text, !isOtherElsewhere, let first = text.unicodeScalars.first,
            let last = text.unicodeScalars.last, first.properties.isAlphabetic || isDigit(first) || first == "/",
            last != ":", last != " "
        else { return false }
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "#", previous == " " { return false }
            if previous == ":", scalar == " " { return false }
            guard
                scalar.properties.isAlphabetic || isDigit(scalar)
                    || " -_./+@%?!()=~:;#$*&'".unicodeScalars.contains(scalar)
            else { return false }
            if VisibleText.isUnsafe(scalar) { return false }
        }
        return true
    }

    /// Whether other readers of YAML take the text for something else than a text: `y` for a boolean, `10:30` for a
    /// number, `2026-01-01` for a date.
    private var isOtherElsewhere: Bool {
        ["<<", "y", "Y", "n", "N"].contains(text)
            || text.unicodeScalars.allSatisfy { isDigit($0) || ":-_".unicodeScalars.contains($0) }
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private var doubleQuoted: String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || VisibleText.isUnsafe(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let width = scalar.value > 0xFFFF ? 8 : 4
                result += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A text of several lines as a block, `|` or `>`; `nil` for a scalar that is not written as one, or that a block
    /// cannot hold.
    func block(indent: Int) -> (header: String, body: String)? {
        guard style == .literal || style == .folded, !text.isEmpty, !text.hasSuffix("\n\n"), text != "\n",
            let first = text.unicodeScalars.first, first != " ", first != "\t", first != "\n",
            !text.unicodeScalars.contains(where: { $0 != "\n" && ($0.value < 0x20 || VisibleText.isUnsafe($0)) })
        else { return nil }
        let chomping = text.hasSuffix("\n") ? "" : "-"
        let lines = (text.hasSuffix("\n") ? text.dropLast() : text[...]).split(
            separator: "\n", omittingEmptySubsequences: false)
        // A line of blanks would be lost, and one that begins with a blank is not folded.
        guard !lines.contains(where: { !$0.isEmpty && $0.allSatisfy { $0 == " " } }) else { return nil }
        let margin = String(repeating: " ", count: indent)
        func body(_ lines: [String]) -> String {
            lines.map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined()
        }
        let isFoldable = style == .folded && !lines.contains { $0.first == " " || $0.isEmpty || $0.last == " " }
        guard isFoldable else { return ("|" + chomping, body(lines.map(String.init))) }
        let folded = lines.map { Self.fold($0, width: YAMLFormatter.width - indent) }
        return (">" + chomping, body(Array(folded.joined(separator: [""]))))
    }

    /// Breaks a line at single blanks between words, so that reading it joins it again.
    private static func fold(_ line: Substring, width: Int) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            let fits = current.unicodeScalars.count + 1 + word.unicodeScalars.count <= width
            // An empty word means two blanks in a row, at which a line cannot be broken.
            if current.isEmpty {
                current = String(word)
            } else if fits || word.isEmpty || current.hasSuffix(" ") {
                current += " " + word
            } else {
                lines.append(current)
                current = String(word)
            }
        }
        return lines + [current]
    }
}
