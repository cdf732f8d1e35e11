/// When a key expires.
enum ExpiryTime: Equatable, Sendable {
    /// The key does not exist.
    case missing
    case never
    /// In milliseconds since 1970, on the server's own clock.
    case at(Int64)

    /// - Parameters:
    ///   - left: the answer to `PTTL`.
    ///   - now: the server's clock when it was asked, in milliseconds since 1970.
    init(left: Int64, now: Int64) {
        switch left {
        case ..<(-1): self = .missing
        case -1: self = .never
        default: self = .at(left &+ now)
        }
    }

    /// - Parameter tolerance: in milliseconds.
    func isSame(as other: ExpiryTime, tolerance: Int64) -> Bool {
        guard case .at(let mine) = self, case .at(let theirs) = other else { return self == other }
        let (apart, isHuge) = mine.subtractingReportingOverflow(theirs)
        return !isHuge && apart.magnitude <= tolerance
    }
}
