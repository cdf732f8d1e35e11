import RESP

/// One key as a server has it.
struct KeyState: Sendable {
    /// How far the expiry of a key may be apart on the two servers, in milliseconds.
    static let tolerance: Int64 = 1_000

    let type: KeyType
    let expiry: ExpiryTime
    let value: ValueDigest
    /// Whether the type, the expiry and the value belong together. They do not where the key was replaced by one of
    /// another type while it was read.
    let isWhole: Bool
    /// The time that the key has left, in milliseconds; `nil` where it does not expire.
    let left: Int64?

    /// How the key on the source differs from that on the target; `nil` where it does not.
    static func difference(source: KeyState, target: KeyState, tolerance: Int64) -> Difference.Kind? {
        switch (source.type, target.type) {
        case (.none, .none): nil
        case (_, .none): .missing
        case (.none, _): .extra
        case (let mine, let theirs) where mine != theirs: .type
        default:
            if !source.value.hasSameContent(as: target.value) {
                .value
            } else if source.value != target.value
                || !source.expiry.isSame(as: target.expiry, tolerance: tolerance)
            {
                .expiry
            } else {
                nil
            }
        }
    }

    /// Whether the key, as it was here, would still be there at the time of a later look at it on the same server.
    func outlives(_ later: KeyState) -> Bool {
        guard case .at(let end) = expiry else { return expiry == .never }
        guard case .at(let laterEnd) = later.expiry, let laterLeft = later.left else { return false }
        return end > laterEnd - laterLeft
    }

    /// Whether the key is gone, or will be within the time given: a server that expires it a moment earlier than the
    /// other one makes no difference.
    func isGone(within time: Int64) -> Bool {
        type == .none || left.map { $0 <= time } ?? false
    }
}
