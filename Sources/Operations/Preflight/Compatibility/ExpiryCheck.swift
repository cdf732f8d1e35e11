import Execution
import PlanModel
import RESP
import Values

/// The target frees expired and evicted keys as fast as the source, and disturbs its clients as little.
///
/// The settings matter only after the cutover. With a smaller effort, expired keys stay in memory for longer. Without
/// lazy freeing, the server answers nobody while it frees a big key.
struct ExpiryCheck: Check {
    static let declaration = CheckDeclaration(
        id: "expiry", title: "the target frees expired and evicted keys as the source does", severity: .warn)

    private static let effort = "active-expire-effort"
    private static let lazy = ["lazyfree-lazy-expire", "lazyfree-lazy-eviction", "lazyfree-lazy-server-del"]

    /// Dragonfly has none of these settings.
    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly && plan.target.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let settings = try await [servers.source, servers.target].atOnce {
            try await $0.settings([Self.effort] + Self.lazy)
        }
        let (source, target) = (settings[0], settings[1])
        var worse = Self.lazy.filter { source[$0] == "yes" && target[$0] == "no" }
        if let ours = source[Self.effort].flatMap({ Int($0) }), let theirs = target[Self.effort].flatMap({ Int($0) }),
            ours > theirs
        {
            worse.insert(Self.effort, at: 0)
        }
        guard !worse.isEmpty else { return .passed("the target frees keys as eagerly as the source") }
        let list = worse.map { "\($0) \(source[$0]?.printable ?? "")" }
        let theirs = worse.map { target[$0]?.printable ?? "" }
        return .missed(
            "the source has \(list.joined(separator: ", ")), the target \(theirs.joined(separator: ", "))",
            wants: "the same on both", at: [servers.target.name],
            remedy: list.map { "\(AdvisedCommand.expiry.line($0)) on \(servers.target.endpoint)" })
    }
}
