package import RESP

/// Where a server is said to be, and the run id it gave itself, if that is known.
package struct ServerIdentity: Sendable, Hashable {
    package let address: ServerAddress
    /// Redis and Valkey draw one at each start; Dragonfly has none.
    package let runID: String?

    package init(_ address: ServerAddress, runID: String? = nil) {
        self.address = address
        self.runID = runID
    }
}

/// The judgement whether two addresses lead to the same server: plans and Sentinels may write host names, IPs, or both.
package struct SameServer {
    package enum Verdict: String, Sendable, Hashable {
        case same, different
        /// A host name could not be resolved.
        case unknown
    }

    /// The IPs of a host name, without brackets; empty where it cannot be resolved. An IP resolves to itself.
    private let resolve: (String) -> Set<String>

    package init(resolve: @escaping (String) -> Set<String>) {
        self.resolve = resolve
    }

    /// Two run ids decide. Otherwise the ports have to be the same, and the hosts the same or resolve to a common IP.
    package func verdict(_ left: ServerIdentity, _ right: ServerIdentity) -> Verdict {
        if let first = left.runID, let second = right.runID { return first == second ? .same : .different }
        return verdict(left.address, right.address)
    }

    package func verdict(_ left: ServerAddress, _ right: ServerAddress) -> Verdict {
        guard left.port == right.port else { return .different }
        let hosts = (Self.normalized(left.host), Self.normalized(right.host))
        if hosts.0 == hosts.1 { return .same }
        let addresses = (resolve(hosts.0), resolve(hosts.1))
        guard !addresses.0.isEmpty, !addresses.1.isEmpty else { return .unknown }
        return addresses.0.isDisjoint(with: addresses.1) ? .different : .same
    }

    /// Host names do not care for case, nor for the dot of the root.
    private static func normalized(_ host: String) -> String {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        return host
    }
}
