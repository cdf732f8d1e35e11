import RESP
import RedisTopology
import Rehearsal
import Values

/// The servers of one run, and the commands and waits of the procedures.
struct CutoverWorld: Sendable {
    let lab: Lab
    let source: any CommandSession
    let target: any CommandSession
    let sentinels: [any CommandSession]
    let name: String

    init(_ lab: Lab) {
        self.lab = lab
        source = lab.session(lab.source)
        target = lab.session(lab.target)
        sentinels = lab.sentinels.map(lab.session)
        name = lab.description.sentinels?.primary ?? ""
    }

    func close() async {
        for session in [source, target] + sentinels { await session.close() }
    }

    /// The Sentinel that is asked to fail over.
    var leader: any CommandSession { sentinels[0] }

    // MARK: Before

    /// Makes the target follow in sync, and waits until every Sentinel counts it among the replicas that it may
    /// promote.
    func prepare(keys: Int) async throws {
        try await DataSet(keys: keys).fill(source)
        try await ask(target, ["REPLICAOF", source.address.host, String(source.address.port)])
        try await waitUntil("the target is in sync") {
            SyncState(try ReplicationInfo(try await ask(target, ["INFO", "replication"]))).isSynced
        }
        // A Sentinel hears of a new replica only when it next asks for `INFO`, within 10 s. It asks more often until it
        // has heard.
        try await setInfoPeriod("100")
        try await waitUntil("the Sentinels know the target") {
            for sentinel in sentinels {
                guard let view = try await view(of: sentinel), view.isEligible, view.reportedRole == .replica else {
                    return false
                }
            }
            return true
        }
        try await setInfoPeriod("10000")
    }

    private func setInfoPeriod(_ milliseconds: String) async throws {
        for sentinel in sentinels { try await ask(sentinel, ["SENTINEL", "DEBUG", "INFO-PERIOD", milliseconds]) }
    }

    /// Waits for a random part of the 10 s between two looks of a Sentinel at the target.
    /// - Parameter avoided: goes on waiting while the age of the leader's last look is in this range.
    func arriveAtAnyMoment(butNot avoided: ClosedRange<Duration>?) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0..<10_000)))
        guard let avoided else { return }
        try await waitUntil("the moment is another") {
            guard let age = try await view(of: leader)?.infoAge else { return false }
            return !avoided.contains(age)
        }
    }

    private func view(of sentinel: any CommandSession) async throws -> SentinelReplica? {
        try SentinelReplica.list(try await ask(sentinel, ["SENTINEL", "REPLICAS", name]))
            .first { $0.address == target.address }
    }

    // MARK: Meanwhile

    /// Sends a command. An error reply is thrown.
    @discardableResult
    func ask(_ session: any CommandSession, _ command: Command) async throws -> RESPValue {
        let reply = try await session.send(command)
        if case .error(let error) = reply { throw error }
        return reply
    }

    func isPrimary(_ session: any CommandSession) async throws -> Bool {
        try await ask(session, ["ROLE"]).array?.first?.string == "master"
    }

    func waitUntilTargetHas(offset: Int64) async throws {
        try await waitUntil("the target has every write") {
            let info = try ReplicationInfo(try await ask(target, ["INFO", "replication"]))
            return info.upstream?.offset ?? 0 >= offset
        }
    }

    func waitUntilTargetIsPrimary() async throws {
        // A Sentinel that promotes the target ends the connections of its clients, so an error is no reason to stop.
        try await waitUntil("the target is primary") { (try? await isPrimary(target)) == true }
    }

    func waitUntilSentinelsNameTarget() async throws { try await waitUntilSentinels(name: target) }

    func waitUntilSentinels(name server: any CommandSession) async throws {
        let wanted = [server.address.host, String(server.address.port)]
        try await waitUntil("every Sentinel names the new primary") {
            for sentinel in sentinels {
                let named = try await ask(sentinel, Command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]))
                guard named.array?.map(\.string) == wanted else { return false }
            }
            return true
        }
    }

    // MARK: Afterwards

    /// Waits until the Sentinels name the target and the source has been demoted, whoever did that.
    func waitUntilOnlyTargetIsPrimary() async throws {
        try await waitUntilSentinelsNameTarget()
        try await waitUntilTargetIsPrimary()
        try await waitUntil("the source is demoted") { (try? await isPrimary(source)) == false }
    }
}
