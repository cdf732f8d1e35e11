extension StringProtocol {
    /// The text with everything escaped that could move a cursor, recolour a terminal or reorder a line.
    ///
    /// Text from servers goes through this before it reaches a terminal, a log or a file. Escaped are the C0 and C1
    /// controls, DEL, line and paragraph separators and Unicode's directional formatting.
    package var printable: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
            case "\u{200B}"..."\u{200F}", "\u{2028}"..."\u{202E}", "\u{2060}"..."\u{206F}", "\u{FEFF}", "\u{61C}":
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// At most `limit` Unicode scalars of the text, escaped; a cut shows as `…`. Scalars, because one character may be
    /// made of a million of them.
    package func printable(limit: Int) -> String {
        let head = unicodeScalars.prefix(limit)
        return head.endIndex == endIndex ? printable : String(String.UnicodeScalarView(head)).printable + "…"
    }
}
