import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The plan names every Sentinel that watches the source, and each of them knows all others.
///
/// The cutover asks the plan's Sentinels, and ends when all of them name the target. A Sentinel that is missing from
/// the plan may not hear of the change. It would go on sending clients to the source, and planrun would not notice.
struct KnownSentinelsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "known-sentinels", title: "the plan names all Sentinels, and they know each other")

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let pictures = try await servers.sentinelPictures()
        var findings = await strangers(pictures, servers)
        findings += duplicates(pictures)
        findings += await unacquainted(pictures, servers)
        return .combined(
            findings,
            passed: "the plan names \(pictures.count == 1 ? "the only Sentinel" : "all \(pictures.count) Sentinels")")
    }

    /// Sentinels that others know and the plan does not name. The check `dead-sentinels` reports those that are down.
    private func strangers(_ pictures: [SentinelPicture], _ servers: Servers) async -> [Finding] {
        var known: [Endpoint: [Sentinel]] = [:]
        for picture in pictures {
            for peer in picture.peers where !peer.flags.isSubjectivelyDown {
                if await pictures.contains(peer, servers) { continue }
                known[peer.address, default: []].append(picture.sentinel)
            }
        }
        return known.sorted { "\($0.key)" < "\($1.key)" }.map { address, sentinels in
            .missed(
                "the Sentinel \(address) watches the source, too, and is not in the plan",
                wants: "every Sentinel in the plan", at: sentinels.map(\.name),
                remedy: ["add \(address) to 'sentinel.addresses'"])
        }
    }

    private func duplicates(_ pictures: [SentinelPicture]) -> [Finding] {
        Dictionary(grouping: pictures.filter { $0.id != nil }) { $0.id }.values.filter { $0.count > 1 }
            .sorted { $0[0].sentinel.name < $1[0].sentinel.name }
            .map { group in
                let list = group.map(\.sentinel.endpoint.description).joined(separator: " and ")
                return .missed(
                    "\(list) are the same Sentinel", wants: "each Sentinel once", at: group.map(\.sentinel.name),
                    remedy: ["leave one of them out of 'sentinel.addresses'"])
            }
    }

    private func unacquainted(_ pictures: [SentinelPicture], _ servers: Servers) async -> [Finding] {
        var findings: [Finding] = []
        for picture in pictures {
            for other in pictures where other.sentinel.endpoint != picture.sentinel.endpoint {
                if other.id != nil, other.id == picture.id { continue }
                var isKnown = false
                for peer in picture.peers where await [other].contains(peer, servers) { isKnown = true }
                if isKnown { continue }
                findings.append(
                    .missed(
                        "\(picture.sentinel.name) does not know \(other.sentinel.endpoint)",
                        wants: "Sentinels that know each other", at: [picture.sentinel.name],
                        remedy: [
                            "they find each other through the source within some seconds: do both monitor it under this name, and may their user at the source SUBSCRIBE and PUBLISH on __sentinel__:hello?"
                        ],
                        passesWithin: .seconds(5)))
            }
        }
        return findings
    }
}

extension [SentinelPicture] {
    /// Whether these pictures include one of the given Sentinel. Sentinels are compared by run id, or by address if a
    /// run id is missing.
    func contains(_ peer: SentinelPeer, _ servers: Servers) async -> Bool {
        for picture in self {
            if let id = picture.id, let other = peer.runID {
                if id == other { return true }
            } else if await servers.isSame(peer.address, as: picture.sentinel) {
                return true
            }
        }
        return false
    }
}
