/// What was read of a key in one further look: on the leading server, then on the other one, and then on both again.
struct KeyStates {
    let before: KeyState
    let following: KeyState
    let after: KeyState
    /// The key of the following server once more; the same as `following` where it changes only by what it follows.
    let last: KeyState
}

/// Decides what a further look at a key has shown: whether the servers differ although the key stood still.
struct KeyJudge: Sendable {
    /// The server that the other one follows; `nil` where neither does. Then the source is looked at first.
    let leader: Side?

    func observation(_ states: KeyStates) -> Suspects.Observation {
        let (before, following, after) = (states.before, states.following, states.after)
        guard difference(following, states.last) == nil else { return .changing }
        guard let kind = difference(after, following) else { return .same }
        guard before.isWhole, following.isWhole, after.isWhole else { return .changing }
        switch difference(before, after) {
        case nil: break
        // Only the expiry was renewed, and the key was there all the time. So whatever else differs does so although
        // the key stood still.
        case .expiry where kind != .expiry && before.outlives(after): break
        case .missing, .extra, .type, .value, .expiry: return .changing
        }
        if after.isGone(within: KeyState.tolerance), following.isGone(within: KeyState.tolerance) { return .changing }
        return .differs(kind)
    }

    /// How what the leading server has differs from what the other one has; `nil` where it does not.
    func difference(_ leading: KeyState, _ following: KeyState) -> Difference.Kind? {
        leader == .target
            ? KeyState.difference(source: following, target: leading, tolerance: KeyState.tolerance)
            : KeyState.difference(source: leading, target: following, tolerance: KeyState.tolerance)
    }
}
