import Execution
import RESP
package import RedisTopology

/// Finds out what a user may do at an instance, without running any of the commands in question.
package struct RightsInquiry: Sendable {
    let instance: any Instance
    /// The name of the user; `default` if the plan gives none.
    let user: String
    let rights: [Right]

    enum Answer: Sendable, Equatable {
        case granted
        case noSuchUser
        /// Rights are missing. `words` are the rules for `ACL SETUSER` that would grant them.
        case missing([Right], words: String)
        /// The server does not say whether the user has some of the rights; the text is the error that it gave.
        case untold(String)
    }

    static let rights: [Right] = [.users, .getUser, .dryRun]

    /// Asks in one round trip. It uses `ACL DRYRUN` (Redis 7, Dragonfly), or the user's rules if the server refuses that.
    func answer() async throws(StepFailure) -> Answer {
        let replies = try await instance.replies(
            to: [["ACL", "USERS"], Command(["ACL", "GETUSER", user])]
                + rights.map { Command(["ACL", "DRYRUN", user] + $0.call) })
        if let users = replies[0].array, !users.contains(where: { $0.string == user }) { return .noSuchUser }
        let rules = try? ACLUser(replies[1])
        var missing: [Right] = []
        var refusal: RESPError?
        for (right, reply) in zip(rights, replies.dropFirst(2)) {
            switch Self.verdict(reply) ?? rules?.mayRun(right.command) {
            case true?: continue
            case false?: missing.append(right)
            case nil: if case .error(let error) = reply { refusal = refusal ?? error }
            }
        }
        if !missing.isEmpty {
            return .missing(missing, words: Self.words(missing, besides: rules?.permissions.first))
        }
        // A server without ACLs lets every user do everything.
        if let refusal, !(refusal.code == "ERR" && rules == nil && replies[0].array == nil) {
            return .untold(refusal.message.printable(limit: 200))
        }
        return .granted
    }

    /// Reads the answer of `ACL DRYRUN`: `OK`, or a sentence that says what is missing. `nil` for an error, which says
    /// nothing about the right.
    private static func verdict(_ reply: RESPValue) -> Bool? {
        reply.string.map { $0 == "OK" }
    }
}

extension RightsInquiry {
    /// The finding for this answer.
    /// - Parameter whose: who the user is: `planrun's user`, `the target's user`.
    func finding(_ answer: Answer, whose: String) -> Finding {
        let title = "\(whose) '\(user.printable)'"
        switch answer {
        case .granted: return .passed("\(title) has the \(rights.count) rights that it needs at \(instance.endpoint)")
        case .noSuchUser:
            return .missed(
                "\(instance.name) has no user '\(user.printable)' (\(whose))", wants: "that user",
                at: [instance.name],
                remedy: [
                    "on \(instance.endpoint): \(AdvisedCommand.newUser.line(user.printable, "on ><its password>", Self.words(rights))), and save it there"
                ])
        case .missing(let missing, let words):
            return .missed(
                "\(title) may not run \(missing.map(\.command).joined(separator: ", ")) on \(instance.endpoint)",
                wants: "the \(rights.count) rights it needs", at: [instance.name],
                remedy: [
                    "on \(instance.endpoint): \(AdvisedCommand.missingRights.line(user.printable, words)), and save it there"
                ])
        case .untold(let refusal):
            return .untold(
                "\(instance.name) does not tell what \(title) may do: \(refusal)", at: [instance.name],
                remedy: [
                    "allow planrun +acl|users +acl|getuser +acl|dryrun there, or compare by hand: it needs \(Self.words(rights))"
                ])
        }
    }

    /// The rules for `ACL SETUSER` that grant these rights. If all keys or channels are allowed already, patterns are
    /// left out, because a server refuses a pattern that adds nothing.
    /// - Parameter held: what the user may do now.
    package static func words(_ rights: [Right], besides held: ACLPermission? = nil) -> String {
        var words: [String] = []
        for word in rights.flatMap({ $0.rule.split(separator: " ").map(String.init) }) where !words.contains(word) {
            words.append(word)
        }
        let all = (words + (held?.keys ?? []) + (held?.channels ?? [])).filter { ["~*", "&*"].contains($0) }
        return words.filter { word in all.contains(word) || !all.contains { word.first == $0.first } }
            .joined(separator: " ")
    }
}
