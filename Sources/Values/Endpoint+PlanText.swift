#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension Endpoint {
    package enum PlanTextError: Error, Equatable {
        case url
        case missingPort(host: String)
        case bareIPv6
        case host
        case port
    }

    /// Reads `host:port` or `[v6]:port`.
    package init(planText text: String) throws(PlanTextError) {
        if text.contains("://") || text.contains("@") { throw .url }
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw .host }
            let host = String(text[text.index(after: text.startIndex)..<bracket])
            guard Self.isIPv6(host) else { throw .host }
            let rest = text[text.index(after: bracket)...]
            guard rest.hasPrefix(":") else { throw .missingPort(host: "[\(host)]") }
            self.init(host: host, port: try Self.port(rest.dropFirst()))
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw .bareIPv6 }
        let host = String(parts[0])
        guard Self.isHost(host) else { throw .host }
        guard parts.count == 2 else { throw .missingPort(host: host) }
        self.init(host: host, port: try Self.port(parts[1]))
    }

    private static func port(_ text: Substring) throws(PlanTextError) -> Int {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigitByte),
            text.utf8.first != UInt8(ascii: "0"),
            let port = Int(text), port <= 65_535
        else { throw .port }
        return port
    }

    /// Whether this is a host name as DNS and container networks have them, underscores included, or an IPv4 address. A
    /// name whose last part has only digits must be an IPv4 address, because resolvers read it as one.
    private static func isHost(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.utf8.count) }),
            host.utf8.allSatisfy({ $0.isWordByte || "-_.".utf8.contains($0) }), let last = labels.last
        else { return false }
        if last.utf8.allSatisfy(\.isDigitByte) {
            var address = in_addr()
            return inet_pton(AF_INET, host, &address) == 1
        }
        return labels.allSatisfy { $0.utf8.first != UInt8(ascii: "-") && $0.utf8.last != UInt8(ascii: "-") }
    }

    private static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1
    }
}
