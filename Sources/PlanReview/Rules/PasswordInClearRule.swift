import Diagnostics
import PlanModel
import Values

struct PasswordInClearRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "password-in-clear", .warning, "a password is sent over a connection that is not encrypted",
        reason: "AUTH sends the password as it is. Whoever can listen on the way can log in from then on.",
        remedy: "add 'tls: true', or 'tls: { ca: PATH }'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.accesses.compactMap { server in
            guard server.access.tls == nil, server.access.password != nil,
                !review.losesTLS(server.key), !server.endpoints.allSatisfy(\.isLoopback)
            else {
                return nil
            }
            return RuleFinding(
                "the password of '\(server.key)' is sent without TLS", at: review.place(server.key, "password"))
        }
    }
}
