package import RESP

/// The reply of `ACL LOG`: what a server has refused to whom, the latest first. Which keys and commands it was is left out.
package struct ACLLog: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        /// As whom it was tried; of a refused login the name that was given.
        package let user: String
        /// Whether it was the login itself that was refused, and not something that the user wanted to do.
        package let isLogin: Bool
        /// How long ago it happened last.
        package let age: Duration
        /// The connection over which it came, where the server tells.
        package let client: ClientList.Client?
    }

    package let entries: [Entry]

    /// An entry that does not say who it was, or when, is left out.
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
        // Dragonfly writes it in capitals.
        isLogin = fields["reason"]?.lowercased() == "auth"
        self.age = .milliseconds(Int64(age * 1_000))
        client = fields["client-info"].flatMap { try? ClientList.Client($0[...]) }
    }
}
