package import RESP
package import Values

/// The reply of `SENTINEL CKQUORUM`: whether the Sentinels that this one can reach are enough to agree and to authorise
/// a failover.
///
/// Sentinels can differ in whom they reach, so each has to be asked.
package enum QuorumCheck: Sendable, Equatable {
    /// `nil` if the reply holds no number.
    case reachable(usableSentinels: Int?)
    /// The server's words, escaped.
    case unreachable(String)

    /// Reads `OK 3 usable Sentinels. …` and the error `NOQUORUM …`.
    /// - Throws: `ReplyError` for every other reply.
    package init(_ reply: RESPValue) throws(ReplyError) {
        if case .error(let error) = reply, error.code == "NOQUORUM" {
            self = .unreachable(error.message.printable(limit: 200))
            return
        }
        let words = (reply.string ?? "").split(separator: " ")
        guard words.first == "OK" else {
            throw ReplyError(command: "SENTINEL CKQUORUM", expected: "'OK …' or 'NOQUORUM …'", reply: reply)
        }
        self = .reachable(usableSentinels: words.count > 1 ? Int(words[1]) : nil)
    }
}

/// The reply of `SENTINEL GET-MASTER-ADDR-BY-NAME`.
package struct SentinelAddressReply: Sendable, Equatable {
    /// `nil` if the Sentinel does not monitor the name.
    package let primary: Endpoint?

    package init(_ reply: RESPValue) throws(ReplyError) {
        if reply == .null {
            primary = nil
            return
        }
        guard let elements = reply.array, elements.count == 2, let host = elements[0].string,
            let port = elements[1].integer
        else {
            throw ReplyError(
                command: "SENTINEL GET-MASTER-ADDR-BY-NAME", expected: "a list of host and port", reply: reply)
        }
        primary = Endpoint(host: host, port: Int(truncatingIfNeeded: port))
    }
}

/// The reply of `SENTINEL MYID`: the run id with which this Sentinel signs its hello messages.
package struct SentinelIDReply: Sendable, Equatable {
    package let id: String

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let id = reply.string else {
            throw ReplyError(command: "SENTINEL MYID", expected: "a run id", reply: reply)
        }
        self.id = id
    }
}
