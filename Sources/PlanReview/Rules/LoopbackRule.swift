import Diagnostics
import PlanModel
import Values

struct LoopbackRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "loopback-address", .warning, "an address leads to the machine that asks",
        reason: """
            Each server and each application resolves such an address for itself. The target would follow \
            itself, and the Sentinels would send applications to their own machine.
            """,
        remedy: "write the address by which the other servers reach it")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        let servers = review.accesses.flatMap { server in server.endpoints.map { (server.key, $0) } }
        // A plan with nothing but such addresses is for one machine, where they mean the same to all.
        guard servers.contains(where: { !$0.1.isLoopback }) else { return [] }
        return servers.filter { $0.1.isLoopback }.map { key, endpoint in
            RuleFinding(
                "\(endpoint) is another machine to each server",
                at: review.place(key, key == "sentinel" ? "addresses" : "address"))
        }
    }
}
