import NIOCore
import RESP
import RedisNIO
import Values

/// The Redis behind one conversation of the stand-in. It has the data, carries out commands that change something, and
/// knows the values that answers need.
struct RedisBehind: Sendable {
    private let everything: ConnectionSettings
    private let session: any CommandSession
    private let connector = RedisConnector()

    /// - Parameter everything: how to connect as a user who may do everything.
    init(_ everything: ConnectionSettings) {
        self.everything = everything
        session = connector.session(everything)
    }

    func close() async { await session.close() }

    /// The timeout is long because a write pause holds a reply back for as long as it lasts.
    func send(_ command: Command) async throws -> RESPValue {
        try await session.send(command, timeout: .seconds(600))
    }

    func info(_ section: String = "everything") async throws -> RedisInfo {
        RedisInfo(try await send(["INFO", section]).string ?? "")
    }

    // MARK: Logging in

    func admits(username: String?, password: String) async -> Bool {
        let session = connector.session(
            ConnectionSettings(address: everything.address, username: username, password: Secret(password)))
        let reply = try? await session.send(["PING"])
        await session.close()
        // A Redis that is loading its data refuses the PING, but not the login.
        if case .error(let error)? = reply { return error.code == "LOADING" }
        return reply != nil
    }

    // MARK: Following

    /// Whether a connection to that primary, with the credentials for replication, gets as far as `PING`.
    func canGreet(_ primary: Endpoint) async throws -> Bool {
        let username = try await setting("masteruser")
        let password = try await setting("masterauth")
        let session = connector.session(
            ConnectionSettings(
                address: primary, username: username.isEmpty ? nil : username,
                password: password.isEmpty ? nil : Secret(password)))
        let reply = try? await session.send(["PING"])
        await session.close()
        return reply?.string == "PONG"
    }

    /// Makes the Redis follow a primary from the start, with a full sync, even if it follows that primary already.
    func follow(_ primary: Endpoint) async throws {
        if try await info("replication").primary == primary { _ = try await send(["REPLICAOF", "NO", "ONE"]) }
        _ = try await send(Command(["REPLICAOF", primary.host, String(primary.port)]))
    }

    // MARK: What answers need

    func setting(_ name: String) async throws -> String {
        try await send(Command(["CONFIG", "GET", name])).array?.last?.string ?? ""
    }

    var users: [[String: String]] {
        get async throws {
            (try await send(["ACL", "USERS"]).array ?? []).compactMap(\.string).map { ["name": $0] }
        }
    }

    /// `nil` if there is no such user.
    func user(_ name: String) async throws -> RedisUser? {
        try await send(Command(["ACL", "GETUSER", name])).array.map(RedisUser.init)
    }

    func subscribe(_ channels: [String]) async throws -> any Subscription {
        try await connector.subscribe(to: channels, everything)
    }
}

/// What Redis says of a user, put as Dragonfly puts it: 15 digits of a password's digest, and no flags besides the
/// state.
struct RedisUser: Sendable {
    let needsNoPassword: Bool
    let words: [String: String]

    init(_ reply: [RESPValue]) {
        let names = stride(from: 0, to: reply.count - 1, by: 2)
        let fields = Dictionary(names.map { (reply[$0].string ?? "", reply[$0 + 1]) }) { first, _ in first }
        let flags = (fields["flags"]?.array ?? []).compactMap(\.string)
        needsNoPassword = flags.contains("nopass")
        let digest = fields["passwords"]?.array?.first?.string ?? ""
        func text(_ name: String) -> String {
            let value = fields[name]
            return value?.string ?? (value?.array ?? []).compactMap(\.string).joined(separator: " ")
        }
        let channels = text("channels")
        words = [
            "state": flags.contains("on") ? "on" : "off", "digest": "#\(digest.prefix(15))",
            "commands": text("commands"), "keys": text("keys"),
            "channels": channels.isEmpty ? "resetchannels" : channels,
        ]
    }
}
