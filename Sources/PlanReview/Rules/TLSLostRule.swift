import Diagnostics
import PlanModel

struct TLSLostRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "tls-lost", .warning, "the source is reached with TLS, the target without",
        reason: """
            Applications and Sentinels use the target as they use the source now. A target without TLS makes \
            their encrypted connections fail, or their data readable.
            """,
        remedy: "add 'tls' to the target")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.losesTLS("target") else { return [] }
        return [
            RuleFinding(
                "the target is reached without TLS, the source with it", at: review.place("target", "tls"),
                labels: [Diagnostic.Label(review.place("source", "tls"), "encrypted")])
        ]
    }
}

extension PlanUnderReview {
    /// Whether this server is the target and is reached without TLS, although the source is reached with it.
    func losesTLS(_ key: String) -> Bool {
        key == "target" && plan.source.access.tls != nil && plan.target.access.tls == nil
    }
}
