import Escaping
import Values

extension StepFailure {
    /// An error that no operation meant to throw.
    package static func unexpected(_ error: any Error) -> StepFailure {
        StepFailure(
            code: .executor(.unexpectedError),
            what: "something happened that planrun does not know: \(VisibleText.escape("\(error)"))",
            help: ["if this comes again it is a mistake in planrun: please report it with this message"])
    }

    /// An operation ended as if it had been stopped, but nobody had stopped it.
    static let stoppedByNobody = StepFailure(
        code: .executor(.unexpectedError), what: "the step ended as if it had been cancelled, but nobody cancelled it",
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
            code: .executor(.stepTimeout), what: "the step was not done within \(limit.planText)\(waited)",
            place: place,
            world: failure?.world ?? [],
            help: (failure?.help ?? []) + ["if it only needs more time, raise the step's 'timeout'"], isTransient: true)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
