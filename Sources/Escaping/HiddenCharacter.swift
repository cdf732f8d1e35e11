/// A character that editors do not show as what it is: it ends a line that seems to go on, turns the direction of what
/// stands beside it, looks like a blank, or is not seen at all.
package struct HiddenCharacter: Sendable, Equatable {
    package enum Effect: Sendable, Equatable {
        case endsLine, turnsDirection, looksLikeBlank, isInvisible
    }

    package let scalar: Unicode.Scalar
    package let effect: Effect

    /// `nil` for a character that is not hidden, such as a letter, a line feed or a tab. A carriage return counts as
    /// hidden even before a line feed. A caller that accepts this pair must look for it first.
    package init?(_ scalar: Unicode.Scalar) {
        // Nearly every character ends here, because it is ASCII.
        guard scalar.value >= 0x80 || scalar == "\r" else { return nil }
        self.scalar = scalar
        switch scalar.value {
        case 0x0D, 0x85, 0x2028, 0x2029: effect = .endsLine
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: effect = .turnsDirection
        // Braille's empty pattern.
        case 0x2800: effect = .looksLikeBlank
        default:
            let properties = scalar.properties
            if properties.generalCategory == .spaceSeparator {
                effect = .looksLikeBlank
            } else if properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format
                || properties.generalCategory == .control
            {
                effect = .isInvisible
            } else {
                return nil
            }
        }
    }

    /// The character as Unicode numbers it: `U+00A0`.
    package var name: String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// What is wrong with the character, as words that follow `the character U+00A0`.
    package var meaning: String {
        switch effect {
        case .endsLine: "ends a line where most editors show none"
        case .turnsDirection: "turns the direction in which text is shown, so that it is not read as it stands"
        case .looksLikeBlank: "looks like a blank and is none"
        case .isInvisible: "cannot be seen"
        }
    }

    package var help: String {
        switch effect {
        case .endsLine: "end lines with a line feed, or with carriage return and line feed"
        case .turnsDirection, .isInvisible: "remove it; in a text for people it may stand in quotes"
        case .looksLikeBlank: "type a blank instead; it often comes with text that was copied from a web page"
        }
    }

    /// The first hidden character of a text; `nil` if it has none.
    package static func first(in text: String) -> HiddenCharacter? {
        text.unicodeScalars.lazy.compactMap { HiddenCharacter($0) }.first
    }
}
