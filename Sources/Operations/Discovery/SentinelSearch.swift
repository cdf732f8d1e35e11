import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Finds all Sentinels that monitor a primary, beginning with one of them: each is asked which others it knows.
struct SentinelSearch {
    struct Result {
        let primary: Endpoint
        let sentinels: [Endpoint]
        let downAfter: Duration?
        /// Sentinels that were left out, and disagreements, one sentence each.
        let remarks: [String]
    }

    private let discoverer: Discoverer
    private var pictures: [SentinelPicture] = []
    private var remarks: [String] = []
    /// Every address that leads to a Sentinel which was asked, in the spelling of `Endpoint.normalized`.
    private var known: Set<Endpoint> = []

    init(_ discoverer: Discoverer) { self.discoverer = discoverer }

    /// - Throws: `StepFailure` if the first Sentinel does not answer, does not monitor the primary, or names one that no
    ///   plan can name; `SecretError`.
    func run() async throws -> Result {
        var search = self
        let first = discoverer.request.sentinel
        await search.remember(first)
        guard let picture = try await search.picture(first) else { throw search.notMonitored(first) }
        search.pictures = [picture]
        try await search.askOthers(picture.peers.map(\.address))
        return try search.result(first: picture)
    }

    /// Asks the Sentinels that were named until none names a new one.
    private mutating func askOthers(_ named: [Endpoint]) async throws {
        var waiting = named
        while !waiting.isEmpty {
            var round: [Endpoint] = []
            for endpoint in waiting where !known.contains(endpoint.normalized) {
                await remember(endpoint)
                guard endpoint.isPlanText else {
                    remarks.append("a Sentinel names another one at '\(endpoint)', which no plan can name")
                    continue
                }
                round.append(endpoint)
            }
            let answers = try await round.atOnce { [self] in try await answer($0) }
            waiting = []
            for (endpoint, answer) in zip(round, answers) {
                switch answer {
                case .refused(let why): remarks.append("the Sentinel \(endpoint) is left out: \(why)")
                case .picture(let picture):
                    if let id = picture.id, pictures.contains(where: { $0.id == id }) { continue }
                    pictures.append(picture)
                    waiting += picture.peers.map(\.address)
                }
            }
        }
    }

    private enum Answer: Sendable {
        case picture(SentinelPicture)
        case refused(String)
    }

    private func answer(_ endpoint: Endpoint) async throws -> Answer {
        do {
            guard let picture = try await picture(endpoint) else {
                return .refused("it monitors no '\(discoverer.request.primary)'")
            }
            return .picture(picture)
        } catch let failure as StepFailure {
            return .refused(failure.what)
        }
    }

    private func picture(_ endpoint: Endpoint) async throws -> SentinelPicture? {
        let settings = try discoverer.settings(endpoint, discoverer.request.sentinelAccess)
        let sentinel = Sentinel(settings: settings, session: discoverer.connector.session(settings))
        do {
            let picture = try await sentinel.picture(of: discoverer.request.primary)
            await sentinel.session.close()
            return picture
        } catch {
            await sentinel.session.close()
            throw error
        }
    }

    private mutating func remember(_ endpoint: Endpoint) async {
        known.insert(endpoint.normalized)
        for ip in await discoverer.resolve(endpoint.host) {
            known.insert(Endpoint(host: ip, port: endpoint.port).normalized)
        }
    }

    private func notMonitored(_ sentinel: Endpoint) -> StepFailure {
        StepFailure(
            code: .notMonitored, what: "the Sentinel \(sentinel) monitors no '\(discoverer.request.primary)'",
            help: ["'SENTINEL MASTERS' at \(sentinel) lists what it monitors"])
    }

    private func result(first: SentinelPicture) throws -> Result {
        let primary = first.primary.address
        guard primary.isPlanText else {
            throw StepFailure(
                code: .unexpectedReply,
                what: "\(first.sentinel.name) names the primary '\(primary)', which no plan can name",
                place: [first.sentinel.name])
        }
        // Sorted, so that the same Sentinels always make the same plan.
        let others = pictures.dropFirst().map(\.sentinel.endpoint).sorted { "\($0)" < "\($1)" }
        let disagreements = pictures.filter { !$0.primary.address.isSpelledLike(primary) }.map {
            "\($0.sentinel.name) names \($0.primary.address) as the primary, and \(first.sentinel.endpoint) names \(primary)"
        }
        return Result(
            primary: primary, sentinels: [first.sentinel.endpoint] + others,
            downAfter: pictures.map(\.primary.downAfter).min(), remarks: remarks + disagreements)
    }
}

extension Endpoint {
    /// Whether a plan can name this address. A server may say anything.
    fileprivate var isPlanText: Bool { (try? Endpoint(planText: description)) != nil }
}
