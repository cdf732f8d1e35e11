extension StringProtocol {
    /// The text in lines of at most `width` columns, broken between words. A word that is longer than a line stays
    /// whole, because an address that is cut in two cannot be copied.
    /// - Parameter indent: columns before each line that the wrapping adds.
    func wrapped(width: Int?, indent: Int = 0) -> String {
        guard let width else { return String(self) }
        return split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.wrappedLine(width: width, indent: indent) }
            .joined(separator: "\n")
    }

    /// The same for text without colours, in so many lines at most: what does not fit is cut off.
    func wrapped(width: Int, indent: Int, lines limit: Int) -> [String] {
        let lines = wrapped(width: width, indent: indent).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.prefix(limit).enumerated().map { number, line in
            let isCut = number == limit - 1 && lines.count > limit
            guard isCut || line.count > width else { return String(line) }
            return line.prefix(width - 2) + " …"
        }
    }

    private func wrappedLine(width: Int, indent: Int) -> String {
        let margin = prefix { $0 == " " }
        let hanging = String(repeating: " ", count: margin.count + indent)
        var lines: [String] = []
        var line = String(margin)
        var isEmpty = true
        for word in dropFirst(margin.count).split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.columns + 1 + word.columns > width {
                lines.append(line)
                line = hanging
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// The columns that the text takes on a terminal: its characters without the colour codes.
    private var columns: Int {
        var count = 0
        var isEscape = false
        for character in self {
            switch character {
            case "\u{1B}": isEscape = true
            case "m" where isEscape: isEscape = false
            default: count += isEscape ? 0 : 1
            }
        }
        return count
    }
}
