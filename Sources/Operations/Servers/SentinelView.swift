package import Execution
package import RESP
package import RedisTopology

extension Server {
    /// The address that this Sentinel gives clients for the primary; `nil` if it monitors none of that name.
    package func primaryAddress(
        _ name: String, timeout: Duration? = nil
    ) async throws(StepFailure) -> ServerAddress? {
        try await read(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name], timeout: timeout) {
            try SentinelAddressReply($0).primary
        }
    }

    /// What this Sentinel knows of the primary; `nil` if it monitors none of that name.
    package func sentinelPrimary(
        _ name: String, timeout: Duration? = nil
    ) async throws(StepFailure) -> SentinelPrimary? {
        let command: Command = ["SENTINEL", "MASTER", name]
        let reply = try await replies(to: [command], timeout: timeout)[0]
        if case .error(let error) = reply {
            // "ERR No such master with that name": the only error here without a code word of its own.
            if error.code == "ERR" { return nil }
            throw refusal(of: command, error)
        }
        do {
            return try SentinelPrimary(reply)
        } catch {
            throw StepFailure(
                code: .unexpectedReply,
                what: "\(self.name) answered '\(command)' in a way planrun cannot read: \(error)", place: [self.name])
        }
    }

    package func sentinelReplicas(_ name: String) async throws(StepFailure) -> [SentinelReplica] {
        try await read(["SENTINEL", "REPLICAS", name]) { try SentinelReplica.list($0) }
    }

    /// Whether this Sentinel distrusts its clock and acts on nothing (TILT, 30 s each time).
    package func isInTilt() async throws(StepFailure) -> Bool {
        try await info("sentinel")["sentinel"]["sentinel_tilt"] == "1"
    }
}
