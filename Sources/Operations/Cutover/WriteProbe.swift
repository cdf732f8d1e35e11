import Execution
import PlanModel
import RESP
import RedisTopology

/// Measures the write gap that applications see. Like an application, it asks the Sentinels for the primary, writes
/// there, and asks again after an error. Its connection is closed together with those of the applications.
///
/// It writes one key every few milliseconds. The key has a random name and expires by itself. If planrun's user may not
/// write it, nothing is measured.
actor WriteProbe {
    static let rights = Rights(at: [.source, .target], [.set(keyPrefix), .delete(keyPrefix)])

    static let keyPrefix = "planrun:probe:"
    /// A name that is not one of planrun's other connections, which stay when those of applications are closed.
    private static let clientName = "planrun-probe"
    private static let interval = Duration.milliseconds(5)

    /// What the probe saw of a handover.
    struct Sight: Sendable {
        let gap: WriteGap
        /// `nil` if no handover has begun.
        let writes: WritesSeen?
        /// How many of the probe's writes the new primary has carried out. The new primary's own count of writes
        /// contains them, so whoever counts the applications' writes subtracts them.
        let writesOnSuccessor: Int64
    }

    private let servers: Servers
    private let successor: Server
    private let key = "\(keyPrefix)\(UInt64.random(in: 0...UInt64.max))"
    private let watch: Stopwatch
    private var gap = WriteGap()
    private var tally = WriteTally()
    private var writesOnSuccessor: Int64 = 0
    private var hasSeenEnough = false
    /// Whether a server has refused a write in a way that no other server would accept either.
    private var isForbidden = false

    private init(_ servers: Servers, _ successor: Server) {
        self.servers = servers
        self.successor = successor
        watch = Stopwatch(servers.clock)
    }

    /// Keeps writing while `body` runs, and until the new primary has accepted a write.
    /// - Parameter body: is given no probe if this process does not probe writes. It says when the handover begins.
    /// - Returns: what `body` returns, and what the probe saw; `nil` if it could never write.
    static func run<Value: Sendable>(
        _ servers: Servers, until successor: Server, body: (WriteProbe?) async throws -> Value
    ) async throws -> (value: Value, sight: Sight?) {
        guard servers.probesWrites else { return (try await body(nil), nil) }
        let probe = WriteProbe(servers, successor)
        // While writes are held back nobody is asked who an unknown address is.
        let writing = KnownAddresses.$asksNobody.withValue(true) { Task { await probe.write() } }
        do {
            let value = try await body(probe)
            await probe.seeLastWrite()
            await probe.end(writing)
            return (value, await probe.sight)
        } catch {
            writing.cancel()
            await writing.value
            throw error
        }
    }

    /// Waits for the first acknowledged write, so that the beginning of the write gap is seen. It waits for a second at
    /// most, because a server that takes no writes now may take none later.
    func seeFirstWrite() async {
        await wait(for: .seconds(1)) { $0.gap.lastAcknowledged != nil || $0.isForbidden }
    }

    /// From now on the write gap is measured.
    func handoverBegins() {
        let now = watch.elapsed
        gap.begin(at: now)
        tally.begin(at: now)
    }

    /// Waits for the first write on the new primary, because only that write ends the gap.
    private func seeLastWrite() async {
        await wait(for: .seconds(5)) { $0.writesOnSuccessor > 0 || $0.isForbidden }
        gap.end(at: watch.elapsed, hasEnded: writesOnSuccessor > 0)
    }

    private var sight: Sight? {
        gap.lastAcknowledged.map { _ in
            Sight(gap: gap, writes: tally.seen(gap), writesOnSuccessor: writesOnSuccessor)
        }
    }

    private func wait(for limit: Duration, until isSo: (isolated WriteProbe) -> Bool) async {
        let wait = Stopwatch(servers.clock)
        while !isSo(self), wait.elapsed < limit, !Task.isCancelled {
            try? await servers.clock.sleep(for: Self.interval)
        }
    }

    /// Waits up to two seconds for the current write to end. If a write is cut off, it may have been carried out
    /// without being counted here.
    private func end(_ writing: Task<Void, Never>) async {
        hasSeenEnough = true
        let clock = servers.clock
        let limit = Task {
            try await clock.sleep(for: .seconds(2))
            writing.cancel()
        }
        await writing.value
        limit.cancel()
    }

    private func write() async {
        while !Task.isCancelled, !hasSeenEnough, !isForbidden {
            if let server = await primary() {
                try? await withSession(server) { try await self.write(to: $0) }
            }
            try? await servers.clock.sleep(for: Self.interval)
        }
        guard gap.lastAcknowledged != nil, let server = await primary() else { return }
        try? await withSession(server) { _ = try await $0.ask(Command(["DEL", self.key])) }
        if server.part == successor.part { writesOnSuccessor += 1 }
    }

    private func withSession(_ server: Server, _ body: @Sendable (Server) async throws -> Void) async throws {
        var settings = server.settings
        settings.clientName = Self.clientName
        try await servers.withSession(server, settings, body)
    }

    /// Writes until the server refuses a write or is gone, or until `hasSeenEnough`.
    private func write(to server: Server) async throws {
        while !Task.isCancelled, !hasSeenEnough {
            // The timeout is longer than any pause. A write that is held back is answered when the pause ends, or its
            // connection is closed.
            let write = Command(["SET", key, "planrun", "EX", "60"])
            let reply = try await server.replies(to: [write], timeout: .seconds(60))[0]
            if case .error(let error) = reply {
                isForbidden = ["NOPERM", "NOAUTH"].contains(error.code)
                return
            }
            let now = watch.elapsed
            gap.acknowledged(at: now)
            tally.acknowledged(at: now)
            if server.part == successor.part { writesOnSuccessor += 1 }
            try await servers.clock.sleep(for: Self.interval)
        }
    }

    /// The server that the first Sentinel to answer names. If the plan has no Sentinels, the server that says it is a
    /// primary.
    private func primary() async -> Server? {
        for sentinel in servers.sentinels {
            guard let address = try? await sentinel.primaryAddress(servers.primaryName) else { continue }
            return await servers.isSame(address, as: servers.target) ? servers.target : servers.source
        }
        for server in [servers.target, servers.source]
        where (try? await server.replication(timeout: .seconds(1)))?.role == .primary { return server }
        return nil
    }
}
