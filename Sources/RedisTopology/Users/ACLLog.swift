package import RESP

/// The reply of `ACL LOG`: the logins and commands that a server has refused, and to whom; the latest first. Keys and
/// commands themselves are left out.
package struct ACLLog: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        /// The user who was refused; for a refused login the name that was given.
        package let user: String
        /// Whether the login was refused. Otherwise the user was logged in and a command was refused.
        package let isLogin: Bool
        /// The time since it last happened.
        package let age: Duration
        /// The connection on which it happened, if the server reports it.
        package let client: ClientList.Client?
    }

    package let entries: [Entry]

    /// Reads the reply. An entry without a user or a time is skipped.
    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let entries = reply.array else {
            throw ReplyError(command: "ACL LOG", expected: "a list of entries", reply: reply)
        }
        self.entries = entries.compactMap { Entry($0) }
    }
}

extension ACLLog.Entry {
    fileprivate init?(_ reply: RESPValue) {
        let words = reply.array ?? []
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            fields[words[index].string ?? ""] = words[index + 1].string
        }
        guard let user = fields["username"], let age = fields["age-seconds"].flatMap({ Double($0) }),
            age.isFinite, age >= 0, age < 1e12
        else { return nil }
        self.user = user
        // Dragonfly writes the reason in capitals.
        isLogin = fields["reason"]?.lowercased() == "auth"
        self.age = .milliseconds(Int64(age * 1_000))
        client = fields["client-info"].flatMap { try? ClientList.Client($0[...]) }
    }
}
