import Diagnostics
import PlanModel
import Values

struct NoTLSRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-tls", .note, "a connection is not encrypted",
        reason: """
            Whoever can listen on the way reads every key that planrun or the replication moves, and whoever can \
            change what is sent can change the data.
            """,
        remedy: "add 'tls: true', or 'tls: { ca: PATH }'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.accesses.compactMap { server in
            guard server.access.tls == nil, server.access.password == nil,
                !review.losesTLS(server.key), !server.endpoints.allSatisfy(\.isLoopback)
            else {
                return nil
            }
            return RuleFinding("'\(server.key)' is reached without TLS", at: review.place(server.key, "tls"))
        }
    }
}
