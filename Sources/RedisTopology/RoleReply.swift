package import RESP
package import Values

/// The reply of `ROLE`.
package enum RoleReply: Sendable, Equatable {
    /// A Dragonfly primary reports no offset.
    case primary(offset: Int64?, replicas: [Replica])
    case replica(of: Endpoint, link: LinkState, offset: Int64?)
    case sentinel(monitored: [String])

    package struct Replica: Sendable, Equatable {
        package let address: Endpoint
        package let offset: Int64?
    }

    /// The state of a replica's link to its primary: the fourth element of the replica's reply.
    package enum LinkState: Sendable, Equatable {
        case connecting
        /// The link is up, but the transfer has not begun: Dragonfly's `preparation`.
        case preparing
        case fullSync
        /// The replica is synced and follows.
        case online
        case other(String)

        /// Redis says none, connect, connecting, handshake, sync or connected; Dragonfly says connecting, preparation,
        /// full_sync or online, which older builds call `stable_sync`.
        init(wire: String) {
            switch wire {
            case "none", "connect", "connecting", "handshake": self = .connecting
            case "preparation": self = .preparing
            case "sync", "full_sync": self = .fullSync
            case "connected", "online", "stable_sync": self = .online
            default: self = .other(wire)
            }
        }
    }

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let elements = reply.array, let word = elements.first?.string else {
            throw ReplyError(command: "ROLE", expected: "a list that begins with a role", reply: reply)
        }
        if word == "sentinel" {
            self = .sentinel(monitored: (elements.dropFirst().first?.array ?? []).compactMap(\.string))
            return
        }
        switch ReplicationRole(wire: word) {
        case .primary: self = Self.primary(elements)
        case .replica: self = try Self.replica(elements)
        case nil: throw ReplyError(command: "ROLE", expected: "'master', 'slave' or 'sentinel'", reply: elements[0])
        }
    }

    /// Redis sends master, offset, replicas; Dragonfly sends master, replicas.
    private static func primary(_ elements: [RESPValue]) -> RoleReply {
        let replicas = elements.lazy.compactMap(\.array).first ?? []
        return .primary(
            offset: elements.count > 1 ? elements[1].count : nil,
            replicas: replicas.compactMap { entry in
                guard let fields = entry.array, fields.count >= 2, let host = fields[0].string,
                    let port = fields[1].integer
                else { return nil }
                return Replica(
                    address: Endpoint(host: host, port: Int(truncatingIfNeeded: port)),
                    offset: fields.count > 2 ? fields[2].count : nil)
            })
    }

    private static func replica(_ elements: [RESPValue]) throws(ReplyError) -> RoleReply {
        guard elements.count >= 4, let host = elements[1].string, let port = elements[2].integer,
            let state = elements[3].string
        else {
            throw ReplyError(
                command: "ROLE", expected: "host, port and link state after 'slave'", reply: .array(elements))
        }
        return .replica(
            of: Endpoint(host: host, port: Int(truncatingIfNeeded: port)), link: LinkState(wire: state),
            offset: elements.count > 4 ? elements[4].count : nil)
    }
}

extension RESPValue {
    /// The value as an offset; `nil` if it is not an integer, or is larger than any offset can be.
    fileprivate var count: Int64? { integer.flatMap { WireNumber.range.contains($0) ? $0 : nil } }
}
