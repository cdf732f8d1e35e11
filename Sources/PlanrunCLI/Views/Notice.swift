import Escaping
import Execution

/// An error or a pause, as a person reads it: what happened, where, what state the servers are in, what to type next.
struct Notice {
    enum Tone {
        case error
        /// Nothing failed: planrun waits for a person.
        case waiting
    }

    var tone = Tone.error
    let code: FailureCode
    /// Lower case, no full stop.
    let what: String
    /// Where it happened, and the state of the world: one string for each line.
    var details: [String] = []
    /// What to do, in words.
    var help: [String] = []
    /// What to type.
    var next: [NextCommand] = []

    func text(_ display: CommandContext.MessageStyle) -> String {
        let style = Style(isColored: display.isColored)
        let title =
            switch tone {
            case .error: style.strong(.red, "error[\(code.word)]:")
            case .waiting: style.strong(.yellow, "waiting[\(code.word)]:")
            }
        let lines =
            ["\(title) \(escaped(what))".wrapped(width: display.width, indent: 2)]
            + details.map { "  \(escaped($0))".wrapped(width: display.width, indent: 2) }
            + help.map { "  = help: \(escaped($0))".wrapped(width: display.width, indent: 8) }
            + next.text(after: "  = help: ", width: display.width)
        return lines.joined(separator: "\n")
    }

    /// Escapes a text, because it can hold words of a server or of a file.
    private func escaped(_ text: String) -> String { VisibleText.escape(text) }
}

extension FailureCode {
    static func verb(_ failure: VerbFailure) -> FailureCode { FailureCode(failure) }
}

extension Notice {
    init(_ error: StoreFailure, _ commands: CommandLines) {
        let isMissing = error.code == .missing
        self.init(
            code: FailureCode(error.code), what: error.what,
            help: isMissing ? ["if its state is elsewhere, name it with '--state PATH'"] : error.help,
            next: isMissing ? [commands.next("apply", "begin a run")] : [])
    }
}
