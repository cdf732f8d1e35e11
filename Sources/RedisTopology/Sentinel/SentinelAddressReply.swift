package import RESP
package import Values

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
