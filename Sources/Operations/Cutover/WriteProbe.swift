import Execution
import PlanModel
import RESP
import RedisTopology

/// Measures the write gap that applications see. Like an application, it asks the Sentinels for the primary and writes
/// there.
///
/// It writes one key every few milliseconds. The key has a random name and expires by itself. If planrun's user may not
/// write it, nothing is measured.
actor WriteProbe {
    static let rights = Rights(at: [.source, .target], [.set(keyPrefix), .delete(keyPrefix)])

    private static let keyPrefix = "planrun:probe:"

    private let servers: Servers
    private let successor: Server
    private let key = "\(keyPrefix)\(UInt64.random(in: 0...UInt64.max))"
    private let watch: Stopwatch
    private var hasSeenEnough = false
    private var lastAcknowledged: Duration?
    /// The longest time between two acknowledged writes; `nil` until there are two.
    private(set) var longestGap: Duration?
    /// How many of the probe's writes the new primary has carried out. The new primary's own count of writes contains
    /// them, so whoever counts the applications' writes subtracts them.
    private(set) var writesOnSuccessor: Int64 = 0

    private init(_ servers: Servers, _ successor: Server) {
        self.servers = servers
        self.successor = successor
        watch = Stopwatch(servers.clock)
    }

    /// Keeps writing while `body` runs, and until the new primary has accepted a write.
    /// - Returns: the write gap, and how many of the new primary's writes were the probe's.
    static func watch<Result: Sendable>(
        _ servers: Servers, until successor: Server, during body: () async throws -> Result
    ) async throws -> (result: Result, gap: Duration?, probed: Int64) {
        guard servers.probesWrites else { return (try await body(), nil, 0) }
        let probe = WriteProbe(servers, successor)
        let writing = Task { await probe.write() }
        do {
            let result = try await body()
            await probe.seeOneMore()
            await probe.end(writing)
            return (result, await probe.longestGap, await probe.writesOnSuccessor)
        } catch {
            writing.cancel()
            await writing.value
            throw error
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
        while !Task.isCancelled, !hasSeenEnough {
            guard let server = await primary() else {
                try? await servers.clock.sleep(for: .milliseconds(5))
                continue
            }
            _ = try? await servers.withSession(server, server.settings) { try await self.write(to: $0) }
        }
        if let server = await primary() {
            _ = try? await servers.withSession(server, server.settings) {
                try await $0.ask(Command(["DEL", self.key]))
            }
            if server.part == successor.part { writesOnSuccessor += 1 }
        }
    }

    /// Writes until the server refuses a write or is gone, or until `hasSeenEnough`.
    private func write(to server: Server) async throws {
        while !Task.isCancelled, !hasSeenEnough {
            // The timeout is longer than any pause. A write that is held back is answered when the pause ends, or its
            // connection is closed.
            try await server.ask(Command(["SET", key, "planrun", "EX", "60"]), timeout: .seconds(60))
            acknowledged(by: server)
            try await servers.clock.sleep(for: .milliseconds(5))
        }
    }

    private func acknowledged(by server: Server) {
        let now = watch.elapsed
        if let lastAcknowledged { longestGap = max(longestGap ?? .zero, now - lastAcknowledged) }
        lastAcknowledged = now
        if server.part == successor.part { writesOnSuccessor += 1 }
    }

    /// Waits for the first write on the new primary, because only that write ends the gap.
    private func seeOneMore() async {
        guard lastAcknowledged != nil else { return }
        let wait = Stopwatch(servers.clock)
        while writesOnSuccessor == 0, wait.elapsed < .seconds(5) {
            try? await servers.clock.sleep(for: .milliseconds(5))
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
