package import RESP

extension ServerAddress {
    /// Whether both are the same address, apart from spelling. Where they are not, they can still lead to the same
    /// server.
    package func isSpelledLike(_ other: ServerAddress) -> Bool {
        port == other.port && Self.normalized(host) == Self.normalized(other.host)
    }

    /// Host names are the same in upper and lower case, and with or without the dot of the root at their end. An IPv4
    /// address can be written as an IPv6 one.
    private static func normalized(_ host: String) -> String {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        if host.hasPrefix("::ffff:"), host.contains(".") { host.removeFirst("::ffff:".count) }
        return host
    }
}
