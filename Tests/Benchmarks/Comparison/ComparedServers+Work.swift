import Comparison
import Glibc
import NIOCore
import RESP
import RedisTopology
import Rehearsal
import SystemPackage
import TestKit

/// What is measured.
extension ComparedServers {
    /// Reads everything of both servers, one after the other, and looks at nothing.
    func dumpAll() async throws {
        let dump = KeyCommand("DUMP")
        for address in [source, target] {
            let session = Self.session(address)
            var cursor = "0"
            repeat {
                let page = try await session.send(["SCAN", cursor, "COUNT", "1000"]).array ?? []
                cursor = page.first?.string ?? "0"
                var batch = CommandBatch()
                for case .bulkString(let key) in page.last?.array ?? [] { batch.append(dump, key) }
                _ = try await session.pipeline(batch, into: ReplyFrames(count: batch.count), timeout: .seconds(60))
            } while cursor != "0"
            await session.close()
        }
    }

    /// Compares as `verify: { data: full }` does.
    /// - Returns: how many keys the source has.
    func compareAll() async throws -> Int {
        let (leading, following) = (Self.session(source), Self.session(target))
        let comparison = try await KeyspaceComparison(
            source: leading, target: following, leader: .source,
            footing: Following(source: leading, target: following), clock: ContinuousClock())
        let total = try await 2 * KeyspaceInfo(leading.send(["INFO", "keyspace"])).keys
        let report = try await comparison.run(
            databases: [0], total: total, scope: .full, note: { _ in }, found: { _ in })
        await leading.close()
        await following.close()
        guard report.differing == 0, report.unsettled == 0 else {
            throw Child.Failure(what: "\(report.differing) keys differ between two equal servers")
        }
        return report.keys[.source] ?? 0
    }

    private struct Following: Footing {
        let source: any CommandSession
        let target: any CommandSession

        func catchUp() async throws {
            guard let offset = try await ReplicationInfo(source.send(["INFO", "replication"])).offset else { return }
            let deadline = ContinuousClock.now + .seconds(60)
            while try await ReplicationInfo(target.send(["INFO", "replication"])).upstream?.offset ?? 0 < offset {
                guard ContinuousClock.now < deadline else { throw Child.Failure(what: "the target does not catch up") }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        func check() async throws {}
    }

    /// Compares as `planrun compare` does, at its own pace, and stops it after a while.
    func compareCourteously(for time: Duration) async throws {
        let folder = try PrivateFolder.temporary()
        defer { folder.remove() }
        let plan = try folder.write(
            """
            version: 1
            name: compared
            source: { address: \(source), engine: redis }
            target: { address: \(target), engine: redis }
            steps:
              - replicaof: {}

            """, to: "compared.yaml")
        try await PlanrunProcess.run(["compare", plan.string]) { planrun in
            try await Task.sleep(for: time)
            await planrun.send(SIGINT)
            let outcome = try await planrun.wait()
            guard outcome.exitCode == 3 || outcome.exitCode == 0 else {
                throw Child.Failure(what: "planrun compare: \(outcome.standardError.joined(separator: "; "))")
            }
        }
    }

    /// The latency while planrun compares at its own pace, and what it costs the servers.
    func courtesy(for time: Duration) async throws -> (latency: Latency, cost: Cost) {
        var measured: Latency?
        let cost = try await Cost.of(processes) {
            measured = try await latency { try await compareCourteously(for: time) }
        }
        guard let measured else { throw Child.Failure(what: "the latency was not measured") }
        return (measured, cost)
    }

    /// How long a server takes to answer.
    struct Latency {
        let mean: Duration
        /// What 99 % of the answers do not exceed.
        let high: Duration
    }

    /// The round trips of a probe's GETs during some work.
    func latency(_ work: @Sendable () async throws -> Void) async throws -> Latency {
        let session = Self.session(source)
        let probe = Task {
            var times: [Duration] = []
            while !Task.isCancelled {
                let start = ContinuousClock.now
                // The end of the work cancels a GET that is under way; it is not counted.
                guard (try? await session.send(["GET", "key:0"])) != nil else { break }
                times.append(start.duration(to: .now))
                try? await Task.sleep(for: .milliseconds(2))
            }
            return times.sorted()
        }
        try await work()
        probe.cancel()
        let times = await probe.value
        await session.close()
        guard !times.isEmpty else { throw Child.Failure(what: "the probe got no answer") }
        return Latency(mean: times.reduce(.zero, +) / times.count, high: times[times.count * 99 / 100])
    }
}
