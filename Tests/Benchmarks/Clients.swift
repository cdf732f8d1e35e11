import Glibc
import RESP
import Values

/// Many connections to one server that do nothing.
struct Clients: Sendable {
    private let descriptors: [Int32]

    /// - Throws: `Child.Failure` where this machine does not allow so many connections.
    init(_ count: Int, of server: Endpoint) throws {
        var descriptors: [Int32] = []
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(server.port).bigEndian)
            inet_pton(AF_INET, server.host, &address.sin_addr)
            let failure = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard descriptor >= 0, failure == 0 else {
                for descriptor in descriptors { Glibc.close(descriptor) }
                throw Child.Failure(what: "connection \(descriptors.count + 1) to \(server) failed (\(errno))")
            }
            descriptors.append(descriptor)
        }
        self.descriptors = descriptors
    }

    func close() { for descriptor in descriptors { Glibc.close(descriptor) } }
}
