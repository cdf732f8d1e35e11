package import RESP

extension ServerAddress {
    /// Whether both are the same address and only written differently. Two that are not can lead to the same server all
    /// the same.
    package func isSpelledLike(_ other: ServerAddress) -> Bool {
        port == other.port && Self.normalized(host) == Self.normalized(other.host)
    }

    /// Names do not care for case, nor for the dot of the root; an IPv4 address can be written inside an IPv6 one.
    private static func normalized(_ host: String) -> String {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        if host.hasPrefix("::ffff:"), host.contains(".") { host.removeFirst("::ffff:".count) }
        return host
    }
}
