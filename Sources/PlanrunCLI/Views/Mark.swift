/// The word with which the line of a step or a check begins: how it stands with it.
enum Mark: String {
    case ok, warning, failed
    /// For a person, or for something that passes by itself.
    case waiting
    /// Ctrl-C came before its end.
    case stopped
    case running
    /// It had begun, and nobody has recorded how it ended.
    case unknown
    case undone
    case notUndone = "not undone"
    case notBegun = "not begun"
    case notAsked = "not asked"
    /// A line that is out of date with the next one.
    case goingOn = ".."

    /// Columns of the words that are usual in a record, with the blank behind them, so that what they are about stands in
    /// one column.
    static let width = 10

    private var color: Style.Color {
        switch self {
        case .ok: .green
        case .warning, .waiting, .stopped, .unknown: .yellow
        case .failed, .notUndone: .red
        case .running: .blue
        case .undone, .notBegun, .notAsked, .goingOn: .gray
        }
    }

    func text(_ style: Style) -> String { style.color(color, rawValue) }

    /// In a column of its own, with at least one blank behind it.
    func padded(_ style: Style) -> String {
        text(style) + String(repeating: " ", count: max(1, Self.width - rawValue.count))
    }
}
