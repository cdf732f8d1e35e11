import Comparison
import NIOCore
import RESP
import RedisTopology
import Rehearsal
import Synchronization
import TestKit
import Values

/// A source and a target that follows it, in sync.
struct ComparedPair: Sendable {
    let lab: Lab
    let source: any CommandSession
    let target: any CommandSession

    static func run(_ description: LabDescription, _ body: @Sendable (ComparedPair) async throws -> Void) async throws {
        var description = description
        description.sentinels = nil
        try await withLab(description) { try await run(in: $0, body) }
    }

    static func run(in lab: Lab, _ body: @Sendable (ComparedPair) async throws -> Void) async throws {
        let pair = ComparedPair(lab: lab, source: lab.session(lab.source), target: lab.session(lab.target))
        let address = lab.address(of: lab.source)
        try await lab.send(["REPLICAOF", address.host, "\(address.port)"], to: lab.target)
        try await eventually("the target is in sync") {
            let reply = try await pair.target.send(["INFO", "replication"])
            return try ReplicationInfo(reply).upstream.map { $0.isLinkUp && !$0.isSyncing } ?? false
        }
        try await body(pair)
        await pair.source.close()
        await pair.target.close()
    }

    /// Sends commands in one pipeline. An error reply is thrown.
    static func send(_ commands: [Command], on session: any CommandSession) async throws {
        for first in stride(from: 0, to: commands.count, by: 500) {
            let part = Array(commands[first..<min(first + 500, commands.count)])
            for case .error(let error) in try await session.pipeline(part, timeout: .seconds(60)) { throw error }
        }
    }

    func catchUp() async throws {
        try await PairFooting(source: source, target: target).catchUp()
    }

    /// Compares over sessions of its own.
    func compare(
        databases: [Int] = [0, 1], scope: ComparisonScope = .full
    ) async throws -> (report: ComparisonReport, differences: [Difference]) {
        let (mine, theirs) = (lab.session(lab.source), lab.session(lab.target))
        let found = Mutex<[Difference]>([])
        let comparison = try await KeyspaceComparison(
            source: mine, target: theirs, leader: .source, footing: PairFooting(source: source, target: target),
            clock: ContinuousClock())
        let total = try await [source, target].asyncSum { try await KeyspaceInfo($0.send(["INFO", "keyspace"])).keys }
        let report = try await comparison.run(databases: databases, total: total, scope: scope) { _ in
        } found: { difference in
            found.withLock { $0.append(difference) }
        }
        await mine.close()
        await theirs.close()
        return (report, found.withLock { $0 })
    }
}

private struct PairFooting: Footing {
    let source: any CommandSession
    let target: any CommandSession

    func catchUp() async throws {
        guard let offset = try await ReplicationInfo(source.send(["INFO", "replication"])).offset else { return }
        try await eventually("the target has caught up") {
            try await ReplicationInfo(target.send(["INFO", "replication"])).upstream?.offset ?? 0 >= offset
        }
    }

    func check() async throws {}
}

extension [any CommandSession] {
    fileprivate func asyncSum(_ count: (Element) async throws -> Int64) async throws -> Int64 {
        var sum: Int64 = 0
        for element in self { sum += try await count(element) }
        return sum
    }
}
