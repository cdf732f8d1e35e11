package import RESP

/// The reply of `CLIENT LIST`.
package struct ClientList: Sendable, Equatable {
    package let clients: [Client]

    /// One connection to a server. What the server does not report is `nil` or empty.
    package struct Client: Sendable, Equatable {
        package let id: Int64
        /// Host and port as the server sees them; a path for a Unix socket.
        package let address: String
        /// The host and port at which the server accepted the connection; a path for a Unix socket. Redis before 6.2
        /// does not report it.
        package let localAddress: String?
        package let name: String?
        package let libraryName: String?
        package let libraryVersion: String?
        package let user: String?
        /// The last command, in lower case.
        package let command: String?
        /// One letter each: `N` none, `S` replica, `M` primary, `P` subscriber, `b` blocked, `x` in MULTI, ….
        package let flags: String
        package let database: Int?
        package let age: Duration?
        package let idle: Duration?

        package var isReplica: Bool { flags.contains("S") }
        package var isPrimary: Bool { flags.contains("M") }
        package var isSubscriber: Bool { flags.contains("P") }
        package var isBlocked: Bool { flags.contains("b") }
        package var isMonitor: Bool { flags.contains("O") }

        /// The host that the connection comes from; `nil` for a Unix socket.
        package var host: String? { Self.host(of: address) }
        /// The host at which the server accepted the connection; `nil` for a Unix socket.
        package var localHost: String? { localAddress.flatMap(Self.host) }

        /// The host of an address such as `10.0.0.1:4711` or `[::1]:4711`; `nil` for the path of a Unix socket.
        private static func host(of address: String) -> String? {
            guard !address.hasPrefix("/"), let colon = address.lastIndex(of: ":") else { return nil }
            let host = address[..<colon]
            return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
        }
    }

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let text = reply.string else {
            throw ReplyError(command: "CLIENT LIST", expected: "a line for each client", reply: reply)
        }
        var clients: [Client] = []
        for line in text.split(whereSeparator: \.isNewline) { clients.append(try Client(line)) }
        self.clients = clients
    }
}

extension ClientList.Client {
    init(_ line: Substring) throws(ReplyError) {
        var fields: [String: String] = [:]
        for word in line.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { continue }
            fields[String(word[..<equals])] = String(word[word.index(after: equals)...])
        }
        guard let id = fields["id"].flatMap({ Int64($0) }), let address = fields["addr"] else {
            throw ReplyError(
                command: "CLIENT LIST", expected: "'id=… addr=…'", found: "'\(line.printable(limit: 80))'")
        }
        let text = { (field: String) in fields[field].flatMap { $0.isEmpty ? nil : $0 } }
        self.id = id
        self.address = address
        localAddress = text("laddr")
        // Dragonfly gives a connection without a name its id as name.
        name = text("name").flatMap { $0 == fields["id"] ? nil : $0 }
        libraryName = text("lib-name")
        libraryVersion = text("lib-ver")
        user = text("user")
        command = text("cmd")?.lowercased()
        flags = fields["flags"] ?? ""
        database = fields["db"].flatMap { Int($0) }
        age = fields["age"].flatMap { WireNumber.seconds($0) }
        idle = fields["idle"].flatMap { WireNumber.seconds($0) }
    }
}
