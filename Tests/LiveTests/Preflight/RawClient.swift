import Glibc

/// An application on another host: a connection from a loopback address of its own.
struct RawClient: ~Copyable {
    private let descriptor: Int32

    struct Failed: Error { let code: Int32 }

    /// - Parameter host: an address in 127.0.0.0/8.
    init(from host: String, to port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(code: errno) }
        guard Self.call(Glibc.bind, descriptor, host, 0) == 0,
            Self.call(Glibc.connect, descriptor, "127.0.0.1", port) == 0
        else { throw Failed(code: errno) }
    }

    deinit { close(descriptor) }

    /// Sends a command whose words are separated by spaces.
    func send(_ command: String) {
        let bytes = Array("\(command)\r\n".utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends a command and waits for the answer, whatever it is.
    func ask(_ command: String) {
        send(command)
        var bytes = [UInt8](repeating: 0, count: 4096)
        _ = recv(descriptor, &bytes, bytes.count, 0)
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, _ host: String,
        _ port: Int
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
