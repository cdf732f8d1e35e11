package import RESP
package import Values

/// An event that a Sentinel publishes, about itself or about a server that it watches.
package enum SentinelEvent: Sendable, Equatable {
    case switchedPrimary(name: String, from: Endpoint, to: Endpoint)
    case failoverStarted(SentinelSubject)
    case selectedReplica(SentinelSubject)
    case promotedReplica(SentinelSubject)
    case failoverEnded(SentinelSubject)
    case failoverAborted(SentinelSubject, reason: AbortReason)
    case subjectivelyDown(SentinelSubject)
    case subjectivelyUp(SentinelSubject)
    case objectivelyDown(SentinelSubject)
    case objectivelyUp(SentinelSubject)
    /// The Sentinel took over what another Sentinel says about who is primary.
    case configurationUpdated(from: SentinelSubject)
    /// The Sentinel made a former primary follow the present one.
    case convertedToReplica(SentinelSubject)
    case tiltEntered
    case tiltLeft
    /// An event of another kind, or one whose text does not have the expected form; escaped.
    case other(channel: String, payload: String)

    package enum AbortReason: String, Sendable, Hashable, CaseIterable {
        case notElected = "-failover-abort-not-elected"
        case noGoodReplica = "-failover-abort-no-good-slave"
        case replicaTimeout = "-failover-abort-slave-timeout"
        /// The primary answers again. Only old Sentinels give up a failover for this.
        case primaryIsUp = "-failover-abort-master-is-up"
    }

    /// The channels to subscribe to in order to receive every case of this type.
    package static let channels =
        [
            "+switch-master", "+try-failover", "+selected-slave", "+promoted-slave", "+failover-end",
            "+failover-end-for-timeout", "+sdown", "-sdown", "+odown", "-odown", "+config-update-from",
            "+convert-to-slave", "+tilt", "-tilt",
        ] + AbortReason.allCases.map(\.rawValue)

    package init(_ message: PublishedMessage) {
        self = Self.parse(message) ?? .other(channel: message.channel.printable, payload: message.payload.printable)
    }

    private static func parse(_ message: PublishedMessage) -> SentinelEvent? {
        switch message.channel {
        case "+tilt": return .tiltEntered
        case "-tilt": return .tiltLeft
        case "+switch-master": return switched(message.payload.split(separator: " ").map(String.init))
        default: break
        }
        guard let subject = SentinelSubject(message.payload) else { return nil }
        if let reason = AbortReason(rawValue: message.channel) { return .failoverAborted(subject, reason: reason) }
        return switch message.channel {
        case "+try-failover": .failoverStarted(subject)
        case "+selected-slave": .selectedReplica(subject)
        case "+promoted-slave": .promotedReplica(subject)
        case "+failover-end", "+failover-end-for-timeout": .failoverEnded(subject)
        case "+sdown": .subjectivelyDown(subject)
        case "-sdown": .subjectivelyUp(subject)
        case "+odown": .objectivelyDown(subject)
        case "-odown": .objectivelyUp(subject)
        case "+config-update-from": .configurationUpdated(from: subject)
        case "+convert-to-slave": .convertedToReplica(subject)
        default: nil
        }
    }

    /// Reads `<name> <old ip> <old port> <new ip> <new port>`.
    private static func switched(_ words: [String]) -> SentinelEvent? {
        guard words.count == 5, let oldPort = Int(words[2]), let newPort = Int(words[4]) else { return nil }
        return .switchedPrimary(
            name: words[0], from: Endpoint(host: words[1], port: oldPort),
            to: Endpoint(host: words[3], port: newPort))
    }
}

/// The server that an event is about: `<kind> <name> <ip> <port> @ <primary's name> <ip> <port>`. For a primary the
/// text ends with the first port.
package struct SentinelSubject: Sendable, Equatable {
    package enum Kind: String, Sendable, Hashable {
        case primary = "master"
        case replica = "slave"
        case sentinel
    }

    package let kind: Kind
    package let name: String
    package let address: Endpoint
    /// The name of the monitored primary that the server belongs to.
    package let primaryName: String

    package init(kind: Kind, name: String, address: Endpoint, primaryName: String) {
        self.kind = kind
        self.name = name
        self.address = address
        self.primaryName = primaryName
    }

    init?(_ payload: String) {
        let words = payload.split(separator: " ").map(String.init)
        guard words.count >= 4, let kind = Kind(rawValue: words[0]), let port = Int(words[3]) else { return nil }
        let belongs = words.count >= 6 && words[4] == "@"
        guard belongs || kind == .primary else { return nil }
        self.init(
            kind: kind, name: words[1], address: Endpoint(host: words[2], port: port),
            primaryName: belongs ? words[5] : words[1])
    }
}
