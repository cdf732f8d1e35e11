import Execution
import RESP
import RedisTopology

/// The users of one server, by name.
struct UserTable: Sendable {
    let users: [String: ACLUser]
    /// Whether the server has named users. Redis before 6 has only one password, or none.
    let hasNames: Bool

    /// - Throws: `StepFailure` with the code `users-untold` if planrun has no right to ask.
    init(_ server: Server) async throws {
        let names = try await server.replies(to: [["ACL", "USERS"]])[0]
        switch names {
        case .error(let error) where error.code == "NOPERM": throw Self.untold(server, error)
        case .error:
            let password = try await server.setting("requirepass") ?? ""
            users = ["default": ACLUser(password: !password.isEmpty)]
            hasNames = false
        default:
            users = try await Self.users((names.array ?? []).compactMap(\.string), at: server)
            hasNames = true
        }
    }

    private static func users(_ names: [String], at server: Server) async throws -> [String: ACLUser] {
        let commands = names.map { Command(["ACL", "GETUSER", $0]) }
        guard !commands.isEmpty else { return [:] }
        var users: [String: ACLUser] = [:]
        for (name, (command, reply)) in zip(names, zip(commands, try await server.replies(to: commands))) {
            // Somebody removed the user between the two questions.
            if case .null = reply { continue }
            if case .error(let error) = reply, error.code == "NOPERM" { throw untold(server, error) }
            users[name] = try server.value(of: reply, to: command) { try ACLUser($0) }
        }
        return users
    }

    private static func untold(_ server: Server, _ error: RESPError) -> StepFailure {
        StepFailure(
            code: .usersUntold,
            what: "\(server.name) does not tell its users: \(error.message.printable(limit: 200))",
            place: [server.name], world: ["nothing was changed"],
            help: [
                "allow planrun +acl|users +acl|getuser on \(server.endpoint), or compare the users of source and target by hand"
            ])
    }
}
