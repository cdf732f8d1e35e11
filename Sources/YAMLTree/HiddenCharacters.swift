internal import Diagnostics
internal import Escaping

/// The characters of a file that hide what is written in it, outside quotes.
///
/// In quotes they are allowed: there they are part of a text for people, and cannot end it.
struct HiddenCharacters {
    private struct Finding {
        let character: HiddenCharacter
        let range: SourceRange
    }

    private var findings: [Finding] = []

    /// - Parameter quoted: where scalars in quotes stand, in order.
    init(in text: String, quoted: [SourceRange]) {
        guard Self.mayHold(text) else { return }
        var quoted = quoted[...]
        var (line, column) = (1, 1)
        var previous: Unicode.Scalar?
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            let isFirstOfPair = scalar == "\r" && next == "\n"
            if !isFirstOfPair, let character = HiddenCharacter(scalar),
                !Self.isPartOfEmoji(scalar, after: previous, before: next)
            {
                let place = SourcePosition(line: line, column: column)
                while let first = quoted.first, first.end <= place { quoted.removeFirst() }
                if quoted.first.map({ place < $0.start }) ?? true {
                    let range = SourceRange(place, SourcePosition(line: line, column: column + 1))
                    findings.append(Finding(character: character, range: range))
                }
            }
            if SourceLines.isBreak(scalar), !isFirstOfPair {
                (line, column) = (line + 1, 1)
            } else {
                column += 1
            }
            previous = scalar
        }
    }

    /// Whether a text holds anything but ASCII and line feeds. Most plans do not.
    static func mayHold(_ text: String) -> Bool {
        text.utf8.contains { $0 >= 0x80 || $0 == UInt8(ascii: "\r") }
    }

    /// Reports the first character of each kind in each line.
    func report(to collector: DiagnosticCollector) {
        var last: Finding?
        for finding in findings {
            defer { last = finding }
            let (character, range) = (finding.character, finding.range)
            if let last, last.character.effect == character.effect {
                // A file whose lines all end with a carriage return has one mistake.
                if last.range.start.line == range.start.line || character.scalar == "\r" { continue }
            }
            collector.error(
                .hiddenCharacter, "the character \(character.name) \(character.meaning)", at: range,
                help: [character.help])
        }
    }

    /// Whether a hidden character stands in the line where libyaml gave up, or in the line before, and so is the likely
    /// cause.
    func explain(_ error: YAMLSyntaxError) -> Bool {
        findings.contains { (error.position.line - 1...error.position.line).contains($0.range.start.line) }
    }

    /// Whether the character joins two emoji, or chooses the coloured or plain form of one: it is not seen itself, but
    /// its effect is.
    private static func isPartOfEmoji(
        _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, before next: Unicode.Scalar?
    ) -> Bool {
        func isEmoji(_ scalar: Unicode.Scalar?) -> Bool {
            scalar.map { $0.value >= 0x80 && ($0.properties.isEmoji || $0 == "\u{FE0F}") } ?? false
        }
        switch scalar {
        case "\u{FE0E}", "\u{FE0F}": return isEmoji(previous)
        case "\u{200D}": return isEmoji(previous) && isEmoji(next)
        default: return false
        }
    }
}

extension YAMLScalar {
    /// Whether the text turns the reading direction and does not turn it back, so that what follows the quotes is shown
    /// turned as well.
    var leavesDirectionTurned: Bool {
        guard HiddenCharacters.mayHold(text) else { return false }
        var open = 0
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x202A, 0x202B, 0x202D, 0x202E, 0x2066...0x2068: open += 1
            case 0x202C, 0x2069: open = max(0, open - 1)
            default: break
            }
        }
        return open > 0
    }
}
