/// Whether a watch with `on-trouble: rollback` lets the run go back by itself.
enum WatchReturn: Equatable, Sendable {
    /// There is no trouble that this would end.
    case notNeeded
    /// It would end the trouble, and is not done, for this reason.
    case heldBack(String)
    case goes
}

extension WatchSight {
    /// Decides by what is seen now. The rollback asks the servers once more whether it loses a write.
    /// - Parameters:
    ///   - trouble: what holds now.
    ///   - hasGoneBack: whether the run has begun to go back by itself before, and somebody has let it go on.
    func wayBack(from trouble: [WatchRemark], hasGoneBack: Bool) -> WatchReturn {
        let reasons = trouble.filter(\.endsWithReturn)
        guard !reasons.isEmpty else { return .notNeeded }
        if hasGoneBack {
            return .heldBack("the run has begun to go back by itself before, and somebody has let it go on")
        }
        // Somebody else is at work on these servers, or they have broken: a person has to look first.
        if let other = trouble.first(where: { !$0.endsWithReturn }) { return .heldBack(other.text) }
        guard target == .primary, sentinels.misleading.isEmpty else {
            return .heldBack("the target is not the primary that the Sentinels name")
        }
        guard case .follows(lag: let lag?) = source, lag <= Self.smallLag else {
            return .heldBack("the old source does not follow in sync, so that writes would be lost")
        }
        if !hasRoomAtSource, reasons.allSatisfy(\.isForLackOfMemory) {
            return .heldBack("the old source may use no more memory than the target does")
        }
        return .goes
    }
}
