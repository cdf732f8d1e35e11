extension StepFailure {
    /// An error that no operation meant to throw.
    static func unexpected(_ error: any Error) -> StepFailure {
        StepFailure(
            code: "unexpected-error", what: "something happened that planrun does not know: \(printable("\(error)"))",
            help: ["if this comes again it is a mistake in planrun: please report it with this message"])
    }

    /// An operation ended as if it had been stopped, but nobody had stopped it.
    static let stoppedByNobody = StepFailure(
        code: "unexpected-error", what: "the step ended as if it had been cancelled, but nobody cancelled it",
        help: ["if this comes again it is a mistake in planrun: please report it with this message"])

    /// - Parameter last: what the step said it waited for.
    /// - Parameter failure: what the operation said when it was stopped.
    static func timeout(after limit: Duration, last: Progress?, _ failure: StepFailure?) -> StepFailure {
        var place: [String] = []
        if let last {
            if !last.now.isEmpty { place.append("now \(last.now)") }
            if !last.wanted.isEmpty { place.append("wanted \(last.wanted)") }
        }
        if let failure { place += [failure.what] + failure.place }
        let waited = last.map { ": it was waiting for \($0.activity)" } ?? ""
        return StepFailure(
            code: "step-timeout", what: "the step was not done within \(limit.forPeople)\(waited)", place: place,
            world: failure?.world ?? [],
            help: (failure?.help ?? []) + ["if it only needs more time, raise the step's 'timeout'"], isTransient: true)
    }
}

/// Control characters escaped: the text of an error may come from a server.
private func printable(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
        default: result.unicodeScalars.append(scalar)
        }
    }
}

extension Duration {
    /// As plans spell it: `250ms`, `5s`, `1h30m`.
    var forPeople: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        guard milliseconds % 1000 == 0 else { return "\(milliseconds)ms" }
        let seconds = milliseconds / 1000
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0s" : text
    }

    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
