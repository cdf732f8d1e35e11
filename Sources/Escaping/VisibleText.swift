/// Makes text safe to show on a terminal, in a log or in a drawing: a character that moves the cursor, changes colours,
/// turns the reading direction or cannot be seen is spelt out.
///
/// Every text that a server, a file or a person wrote goes through here. Markdown, Mermaid and DOT have special
/// characters of their own, which they escape after this; for JSON see `escapeJSON`.
package enum VisibleText {
    package static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return text.unicodeScalars.reduce(into: "") { $0 += spelling(of: $1) }
    }

    /// Escapes a text of several lines and keeps its line breaks.
    package static func escapeLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escape(String($0)) }.joined(separator: "\n")
    }

    /// One character, as it is or spelt out.
    package static func spelling(of scalar: Unicode.Scalar) -> String {
        guard isUnsafe(scalar) else { return String(scalar) }
        switch scalar {
        case "\t": return "\\t"
        case "\n": return "\\n"
        case "\r": return "\\r"
        default: return "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // These three may be shown: the full-width blank of East Asian text, and the two characters that choose the
        // plain or the coloured form of an emoji.
        case 0x3000, 0xFE0E, 0xFE0F: false
        default: HiddenCharacter(scalar) != nil
        }
    }

    /// How many columns a scalar takes on a terminal. The wide ranges are those that Unicode's EastAsianWidth calls W
    /// and F, rounded to blocks.
    package static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}
