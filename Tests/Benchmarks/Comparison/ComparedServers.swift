import Comparison
import FoundationEssentials
import Glibc
import RESP
import RedisTopology
import Rehearsal
import Synchronization
import TestKit
import Values

/// Two servers on this machine, of which one follows the other, and what is done with them.
struct ComparedServers: Sendable {
    let lab: Lab

    static func run<Result: Sendable>(_ body: @Sendable (ComparedServers) async throws -> Result) async throws -> Result
    {
        var description = LabDescription()
        description.sentinels = nil
        return try await withLab(description) { try await body(ComparedServers(lab: $0)) }
    }

    // MARK: Data

    func fill(_ count: Int) async throws {
        let session = lab.session(lab.source)
        for first in stride(from: 0, to: count, by: 1_000) {
            let commands = (first..<min(first + 1_000, count)).flatMap { Self.commands($0) }
            for case .error(let error) in try await session.pipeline(commands, timeout: .seconds(60)) { throw error }
        }
        await session.close()
        let address = lab.address(of: lab.source)
        try await lab.send(["REPLICAOF", address.host, "\(address.port)"], to: lab.target)
        try await eventually("the target is in sync", within: .seconds(600)) {
            let info = try await ReplicationInfo(lab.send(["INFO", "replication"], to: lab.target))
            return info.upstream.map { $0.isLinkUp && !$0.isSyncing } ?? false
        }
    }

    private static func commands(_ index: Int) -> [Command] {
        let key = "key:\(index)"
        let numbers = 0..<20
        let make: Command =
            switch index % 20 {
            case 0..<14: ["SET", key, String(repeating: "v", count: 100)]
            case 14, 15: Command(["HSET", key] + numbers.flatMap { ["field:\($0)", "value:\(index):\($0)"] })
            case 16, 17: Command(["ZADD", key] + numbers.flatMap { ["\($0).5", "member:\(index):\($0)"] })
            case 18: Command(["RPUSH", key] + (0..<50).map { "element:\(index):\($0)" })
            default: Command(["SADD", key] + numbers.map { "member:\(index):\($0)" })
            }
        return index / 20 % 10 == 0 ? [make, ["EXPIRE", key, "\(100_000 + index % 1_000)"]] : [make]
    }

    // MARK: Work

    /// Reads everything of both servers, one after the other, and looks at nothing.
    func dumpAll() async throws {
        for server in [lab.source, lab.target] {
            let session = lab.session(server)
            var cursor = "0"
            repeat {
                let page = try await session.send(["SCAN", cursor, "COUNT", "1000"]).array ?? []
                cursor = page.first?.string ?? "0"
                var batch = CommandBatch()
                for case .bulkString(let key) in page.last?.array ?? [] { batch.append("DUMP", key) }
                _ = try await session.pipeline(batch, into: ReplyFrames(count: batch.count), timeout: .seconds(60))
            } while cursor != "0"
            await session.close()
        }
    }

    func compareAll() async throws {
        let (source, target) = (lab.session(lab.source), lab.session(lab.target))
        let comparison = try await KeyspaceComparison(
            source: source, target: target, leader: .source, footing: Calm(), clock: ContinuousClock())
        let report = try await comparison.run(databases: [0], total: 0, scope: .full, note: { _ in }, found: { _ in })
        await source.close()
        await target.close()
        guard report.differing == 0, report.unsettled == 0 else {
            throw Child.Failure(what: "\(report.differing) keys differ between two equal servers")
        }
    }

    /// Nobody writes to these servers.
    private struct Calm: Footing {
        func catchUp() async throws {}
        func check() async throws {}
    }

    // MARK: Measuring

    func cost(_ work: () async throws -> Void) async throws -> Cost {
        // The kernel forgets the most that this process ever had in memory.
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        let pids = [await lab.source.pid, await lab.target.pid].compactMap(\.self)
        let before = (client: try Self.processor(of: getpid()), servers: try pids.map(Self.processor))
        let start = ContinuousClock.now
        try await work()
        let wall = start.duration(to: .now)
        let client = try Self.processor(of: getpid()) - before.client
        let servers = try zip(pids, before.servers).map { try Self.processor(of: $0) - $1 }
        return Cost(
            wall: wall, client: client, processor: servers.reduce(client, +), memory: try Self.mostMemory())
    }

    /// The time of the processor that a process has taken, in ticks of 10 ms.
    private static func processor(of pid: pid_t) throws -> Duration {
        let stat = try String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)
        // The name of the program, in parentheses, may hold blanks.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let kernel = Int(fields[12]) else {
            throw Child.Failure(what: "/proc/\(pid)/stat cannot be read")
        }
        return .milliseconds((user + kernel) * 10)
    }

    private static func mostMemory() throws -> Int {
        let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// The time in which 99 % of the GETs of a probe were answered during some work.
    func latency(_ work: @Sendable () async throws -> Void) async throws -> Duration {
        let session = lab.session(lab.source)
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
        return times[times.count * 99 / 100]
    }
}
