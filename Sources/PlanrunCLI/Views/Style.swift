import RedisTopology

/// Colours for a terminal, or none.
struct Style: Sendable {
    enum Color: Int, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case gray = 90
    }

    let isColored: Bool

    func color(_ color: Color, _ text: String) -> String {
        isColored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    func strong(_ color: Color, _ text: String) -> String {
        isColored ? "\u{1B}[1;\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension Duration {
    /// Spells a duration for a person: `0.2 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
    var short: String {
        let seconds = self / .seconds(1)
        if seconds < 9.95 {
            let tenths = Int64(saturating: seconds * 10)
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int64(saturating: seconds)
        if whole < 120 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
