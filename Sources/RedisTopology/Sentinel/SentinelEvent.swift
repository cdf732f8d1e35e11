package import Values

/// Something that a Sentinel has published about a primary that it watches, on a channel of that name.
///
/// The forms are from Redis's documentation of Sentinel ("Pub/Sub messages") and from `sentinelEvent` in its source:
/// `<type> <name> <ip> <port>`, for all but primaries followed by ` @ <primary> <ip> <port>`; `+switch-master` has
/// `<primary> <old ip> <old port> <new ip> <new port>`.
package struct SentinelEvent: Sendable, Equatable {
    /// The channel.
    package enum Kind: String, Sendable, CaseIterable {
        case switchedPrimary = "+switch-master"
        /// This Sentinel does not reach the server any more, or reaches it again.
        case isDown = "+sdown"
        case isUp = "-sdown"
        /// Enough Sentinels say so.
        case isAgreedDown = "+odown"
        case isAgreedUp = "-odown"
        case beginsFailover = "+try-failover"
        case promotes = "+selected-slave"
        case endedFailover = "+failover-end"
        case endedFailoverByTime = "+failover-end-for-timeout"
        case notElected = "-failover-abort-not-elected"
        case foundNobody = "-failover-abort-no-good-slave"
        case waitedTooLong = "-failover-abort-slave-timeout"
        /// It makes a server that says that it is a primary a replica.
        case demotes = "+convert-to-slave"
        /// It makes a replica of another server follow the primary.
        case redirects = "+fix-slave-config"
        /// It has forgotten the replicas and the other Sentinels.
        case wasReset = "+reset-master"
    }

    package let kind: Kind
    /// The name under which it watches the primary.
    package let primaryName: String
    /// The server that it is about; for `switchedPrimary` the new primary.
    package let subject: Endpoint
    /// What the Sentinel calls it: `master`, `slave`, `sentinel`; empty for `switchedPrimary`.
    package let type: String
    /// The primary before, for `switchedPrimary`.
    package let former: Endpoint?

    /// - Returns: `nil` for a channel or a message of another kind.
    package init?(channel: String, payload: String) {
        guard let kind = Kind(rawValue: channel) else { return nil }
        let words = payload.split(separator: " ").map(String.init)
        func endpoint(_ index: Int) -> Endpoint? {
            guard words.count > index + 1, let port = Int(words[index + 1]) else { return nil }
            return Endpoint(host: words[index], port: port)
        }
        self.kind = kind
        guard kind != .switchedPrimary else {
            guard words.count == 5, let former = endpoint(1), let subject = endpoint(3) else { return nil }
            (primaryName, type, self.former, self.subject) = (words[0], "", former, subject)
            return
        }
        guard words.count > 3, let subject = endpoint(2) else { return nil }
        (type, self.subject, former) = (words[0], subject, nil)
        guard let at = words.firstIndex(of: "@") else {
            primaryName = words[1]
            return
        }
        guard words.count > at + 1 else { return nil }
        primaryName = words[at + 1]
    }
}
