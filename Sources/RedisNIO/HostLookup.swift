import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Looks up the IP addresses of a host name with the system's resolver.
enum HostLookup {
    /// The addresses in canonical spelling; empty if the name cannot be resolved. An IP address resolves to itself.
    static func addresses(of host: String) async -> Set<String> {
        if let ip = try? SocketAddress(ipAddress: host, port: 0).ipAddress { return [ip] }
        // The resolver blocks, so it must not run on an event loop or a thread that runs tasks.
        return (try? await NIOThreadPool.singleton.runIfActive { lookUp(host) }) ?? []
    }

    private static func lookUp(_ host: String) -> Set<String> {
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var result: Set<String> = []
        var next = first
        while let entry = next?.pointee {
            if let text = numeric(entry) { result.insert(text) }
            next = entry.ai_next
        }
        return result
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
