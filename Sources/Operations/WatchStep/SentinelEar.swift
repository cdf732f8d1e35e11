import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Listens to what the plan's Sentinels publish while a watch goes on. A Sentinel that refuses is not listened to; one
/// that is lost is subscribed to again.
actor SentinelEar {
    /// After how many looks a Sentinel whose connection was lost is tried again.
    private static let pause = 10
    /// A Sentinel that publishes more between two looks has said enough.
    private static let mostEvents = 50

    private let servers: Servers
    private var listening: [Endpoint: Task<Void, Never>] = [:]
    /// How many looks to wait for each Sentinel that was lost.
    private var waiting: [Endpoint: Int] = [:]
    private var refused: Set<Endpoint> = []
    private var heard: [HeardEvent] = []

    init(_ servers: Servers) { self.servers = servers }

    /// What was heard since the last call; the same from several Sentinels is one event. Subscribes where nobody listens.
    func events() -> [HeardEvent] {
        for sentinel in servers.sentinels { listen(to: sentinel) }
        defer { heard = [] }
        return heard
    }

    func close() async {
        for task in listening.values { task.cancel() }
        for task in listening.values { await task.value }
    }

    private func listen(to sentinel: Sentinel) {
        let place = sentinel.endpoint
        guard listening[place] == nil, !refused.contains(place) else { return }
        guard waiting[place, default: 0] == 0 else {
            waiting[place, default: 0] -= 1
            return
        }
        var settings = sentinel.settings
        (settings.connectTimeout, settings.replyTimeout) = (.seconds(1), .seconds(1))
        listening[place] = Task { [connector = servers.connector, settings] in
            do throws(SessionError) {
                let subscription = try await connector.subscribe(
                    to: SentinelEvent.Kind.allCases.map(\.rawValue), settings)
                for await message in subscription.messages { hear(message, at: place) }
                await subscription.close()
                ended(place, isRefused: false)
            } catch {
                ended(place, isRefused: error.code == .protocolViolation)
            }
        }
    }

    private func ended(_ place: Endpoint, isRefused: Bool) {
        listening[place] = nil
        if isRefused { refused.insert(place) } else { waiting[place] = Self.pause }
    }

    private func hear(_ message: PublishedMessage, at place: Endpoint) {
        guard let event = SentinelEvent(channel: message.channel, payload: message.payload),
            event.primaryName == servers.primaryName
        else { return }
        if let index = heard.firstIndex(where: { $0.event == event }) {
            if !heard[index].sentinels.contains(place) { heard[index].sentinels.append(place) }
        } else if heard.count < Self.mostEvents {
            heard.append(HeardEvent(sentinels: [place], event: event))
        }
    }
}

/// What one or more Sentinels have published.
struct HeardEvent: Equatable, Sendable {
    var sentinels: [Endpoint]
    let event: SentinelEvent
}

extension HeardEvent {
    /// `Sentinel 10.0.0.3:26379 does not reach the target 10.0.0.2:6379 any more (+sdown)`
    func words(_ servers: Servers) -> String {
        let who =
            (sentinels.count == 1 ? "Sentinel " : "Sentinels ")
            + sentinels.map { "\($0)" }.sorted().joined(separator: ", ")
        return "\(who): \(deed(name(servers))) (\(event.kind.rawValue))"
    }

    private func deed(_ name: String) -> String {
        switch event.kind {
        case .switchedPrimary: "clients are sent to \(name)" + (event.former.map { ", before to \($0)" } ?? "")
        case .isDown: "\(name) is not reached any more"
        case .isUp: "\(name) is reached again"
        case .isAgreedDown: "enough Sentinels say that \(name) is down"
        case .isAgreedUp: "\(name) is not taken for down any more"
        case .beginsFailover: "a failover begins, away from \(name)"
        case .promotes: "\(name) is to be promoted"
        case .endedFailover: "the failover is over"
        case .endedFailoverByTime: "the failover was ended, because its time was over"
        case .notElected: "gave its failover up: no majority of Sentinels elected it"
        case .foundNobody: "gave its failover up: there is no replica that it may promote"
        case .waitedTooLong: "gave its failover up: the promoted replica did not become a primary in time"
        case .demotes: "makes \(name) a replica"
        case .redirects: "makes \(name) follow the primary that it names"
        case .wasReset: "was reset, and has forgotten replicas and other Sentinels"
        }
    }

    /// `the target 10.0.0.2:6379`, `the old source …`, `Sentinel …`
    private func name(_ servers: Servers) -> String {
        let subject = event.subject
        if subject.isSpelledLike(servers.target.endpoint) { return "the target \(subject)" }
        if subject.isSpelledLike(servers.source.endpoint) { return "the old source \(subject)" }
        return event.type == "sentinel" ? "Sentinel \(subject)" : "\(subject)"
    }

    /// Whether it works against the cutover.
    func isTrouble(_ servers: Servers) -> Bool {
        let isTarget = event.subject.isSpelledLike(servers.target.endpoint)
        return switch event.kind {
        case .switchedPrimary: !isTarget
        case .isDown, .isAgreedDown, .beginsFailover, .demotes: isTarget
        case .promotes: !isTarget
        case .isUp, .isAgreedUp, .endedFailover, .endedFailoverByTime, .notElected, .foundNobody, .waitedTooLong,
            .redirects, .wasReset:
            false
        }
    }
}
