internal import Escaping

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Host and port: where an instance is reached, as a plan or another server names it.
package struct Endpoint: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A host name or an IP address; an IPv6 address without brackets.
    package let host: String
    /// From 0 to 65535. A number that is not a port becomes 0, where nobody listens. Servers do say such numbers: a
    /// replica may announce 70000 or -1, and its primary and the Sentinels pass that on.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = (0...65_535).contains(port) ? port : 0
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            host: try container.decode(String.self, forKey: .host), port: try container.decode(Int.self, forKey: .port))
    }

    /// `host:port` or `[v6]:port`. Some host names come from servers, so the name is escaped.
    package var description: String { VisibleText.escape(host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// Whether both are the same endpoint, apart from spelling. No name is resolved, so two that differ can still lead
    /// to the same server.
    package func isSpelledLike(_ other: Endpoint) -> Bool { normalized == other.normalized }

    /// The endpoint in a spelling that is the same for all ways to write it. Host names lose capitals and the dot of
    /// the root at their end. An IPv6 address has several spellings, and an IPv4 address can be written as an IPv6 one.
    package var normalized: Endpoint {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        return Endpoint(host: Self.ipv6Spelling(host) ?? host, port: port)
    }

    /// Whether the address is one that every machine has for itself.
    package var isLoopback: Bool {
        let host = normalized.host
        return host == "localhost" || host.hasSuffix(".localhost") || host.hasPrefix("127.") || host == "::1"
    }

    /// The address as the system spells it; `nil` if the text is not an IPv6 address.
    private static func ipv6Spelling(_ host: String) -> String? {
        var address = in6_addr()
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard host.contains(":"), inet_pton(AF_INET6, host, &address) == 1,
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil
        else { return nil }
        let spelling = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let mapped = "::ffff:"
        return spelling.hasPrefix(mapped) && spelling.contains(".")
            ? String(spelling.dropFirst(mapped.count)) : spelling
    }
}
