import Glibc

/// A TCP port of 127.0.0.1 that nobody listens on at this moment.
///
/// It lies below the range from which the kernel takes ports for outgoing connections (`ip_local_port_range`, from
/// 32768 by default). Within that range, a client that keeps connecting to a server that is down can be given the
/// server's port as its own, and then talks to itself. Another process can still take the port before the server does,
/// so the caller must pick another if the server did not start and the port is no longer free.
struct FreePort {
    static func pick() throws(RehearsalError) -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: 10_000..<32_000)
            if isFree(port) { return port }
        }
        throw RehearsalError(
            code: .serverDidNotStart, sentence: "no TCP port of 127.0.0.1 between 10000 and 32000 is free")
    }

    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // With this option, as with that of the servers, lingering connections of an earlier server do not occupy the
        // port.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7f00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
