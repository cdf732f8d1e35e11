import Diagnostics
import PlanModel

struct WebhookInClearRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "webhook-in-clear", .warning, "a webhook is told over a connection that is not encrypted",
        reason: """
            Whoever can listen on the way reads how far the run is, and every header that lets planrun in. Whoever can \
            change what is sent can report a cutover that did not happen.
            """,
        remedy: "write https:// instead")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.webhooks.compactMap { name, webhook, place in
            guard case .text(let url) = webhook.url, WebhookAddress.isInClear(url) else { return nil }
            return RuleFinding("'\(name)' is told over http", at: place)
        }
    }
}
