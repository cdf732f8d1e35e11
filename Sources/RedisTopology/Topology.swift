import RESP
package import Values

/// Who follows whom, and which server each Sentinel calls the primary, at one moment.
package struct Topology: Sendable, Equatable, Codable {
    package var instances: [Instance]
    package var sentinels: [SentinelView]

    package struct Instance: Sendable, Equatable, Codable {
        package let address: Endpoint
        /// `nil` if the server did not answer.
        package let role: ReplicationRole?
        /// The primary that the server says it follows.
        package let follows: Endpoint?
        package let isLinkUp: Bool
        /// On a primary the end of the stream, on a replica what it has applied; in bytes. `differences(from:)` ignores
        /// it.
        package let offset: Int64?

        package init(
            address: Endpoint, role: ReplicationRole?, follows: Endpoint? = nil, isLinkUp: Bool = false,
            offset: Int64? = nil
        ) {
            self.address = address
            self.role = role
            self.follows = follows
            self.isLinkUp = isLinkUp
            self.offset = offset
        }

        /// - Parameter replication: `nil` for a server that did not answer.
        package init(_ address: Endpoint, _ replication: ReplicationInfo?) {
            self.init(
                address: address, role: replication?.role, follows: replication?.upstream?.primary,
                isLinkUp: replication?.upstream?.isLinkUp ?? false,
                offset: replication.flatMap { $0.upstream == nil ? $0.offset : $0.upstream?.offset })
        }
    }

    /// The server that one Sentinel calls the primary, for one monitored name.
    package struct SentinelView: Sendable, Equatable, Codable {
        package let sentinel: Endpoint
        package let name: String
        /// `nil` if the Sentinel does not monitor the name, or did not answer.
        package let primary: Endpoint?

        package init(sentinel: Endpoint, name: String, primary: Endpoint?) {
            self.sentinel = sentinel
            self.name = name
            self.primary = primary
        }
    }

    package init(instances: [Instance] = [], sentinels: [SentinelView] = []) {
        self.instances = instances
        self.sentinels = sentinels
    }

    /// The differences from another topology: a sentence for each, in a fixed order. Offsets are ignored, since they
    /// always move.
    package func differences(from other: Topology) -> [String] {
        let now = Dictionary(instances.map { ($0.address, $0.state) }) { first, _ in first }
        let then = Dictionary(other.instances.map { ($0.address, $0.state) }) { first, _ in first }
        let views = Dictionary(sentinels.map { ($0.subject, $0.state) }) { first, _ in first }
        let earlier = Dictionary(other.sentinels.map { ($0.subject, $0.state) }) { first, _ in first }
        return Self.differences(now, then, name: \.description) + Self.differences(views, earlier, name: \.self)
    }

    private static func differences<Key: Hashable>(
        _ now: [Key: String], _ then: [Key: String], name: (Key) -> String
    ) -> [String] {
        Set(now.keys).union(then.keys).map { (name($0), now[$0], then[$0]) }.sorted { $0.0 < $1.0 }
            .compactMap { subject, now, then in
                switch (now, then) {
                case (let now?, let then?): now == then ? nil : "\(subject) \(now), it \(then) before"
                case (let now?, nil): "\(subject) \(now), it was not there before"
                case (nil, let then?): "\(subject) is not there, it \(then) before"
                case (nil, nil): nil
                }
            }
    }
}

extension Topology.Instance {
    fileprivate var state: String {
        switch (role, follows) {
        case (.primary, _): "is primary"
        case (.replica, let primary?): "follows \(primary) (link \(isLinkUp ? "up" : "down"))"
        case (.replica, nil): "is a replica"
        case (nil, _): "does not answer"
        }
    }
}

extension Topology.SentinelView {
    fileprivate var subject: String { "sentinel \(sentinel)" }
    fileprivate var state: String {
        primary.map { "names \($0) as primary of '\(name)'" } ?? "names no primary of '\(name)'"
    }
}
