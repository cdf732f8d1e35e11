import Execution
import Glibc
import Operations
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Advice that is given in situations which hardly ever arise, typed as it stands.
    @Suite struct RareAdviceTests {
        /// Nobody but a person replaces a source that no Sentinel watches.
        @Test func `a target that is ahead of what replaced its source is emptied by hand, and follows it`()
            async throws
        {
            try await withLab(LabDescription(sentinels: nil, replicaCount: 1)) { lab in
                let steps = Migration.steps(approval: true, failover: "via: promote")
                let migration = try Migration(lab, steps: steps)
                try await migration.fill(keys: 100)
                let waiting = try await migration.planrun("apply")
                try #require(waiting.exitCode == 3, "\(waiting.complaint)")
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.replicas[0])
                try await lab.send(["SET", "late", "1"], to: lab.source)
                try await eventually("the target has the last write") {
                    try await lab.send(["EXISTS", "late"], to: lab.target).integer == 1
                }
                await lab.source.kill()
                let text = try readText(migration.plan)
                let new = "\(lab.address(of: lab.replicas[0]))"
                try writeText(text.replacing("\(lab.address(of: lab.source))", with: new), migration.plan)
                let resume = ["--accept-plan-change", "--auto-approve"]
                let refused = try await PlanrunProcess.run(["resume", migration.plan] + resume)
                #expect(refused.errors == ["error[source-not-adopted]"], "\(refused.complaint)")
                #expect(refused.complaint.contains("of writes that \(new) lacks"), "\(refused.complaint)")
                try await lab.follow(.adoptedCopy, in: refused.standardError, at: lab.target)
                try await lab.follow(.emptiedCopy, in: refused.standardError, at: lab.target)
                let resumed = try await PlanrunProcess.run(["resume", migration.plan] + resume)
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                #expect(try await lab.keys(of: lab.target) == lab.keys(of: lab.replicas[0]))
                #expect(try await lab.replication(of: lab.target).role == .primary)
            }
        }

        /// planrun keeps the Sentinels from it (replica-priority 0). Here it is dead, and somebody takes that away.
        @Test func `where the Sentinels promoted a part of the data, they are led back to the source`() async throws {
            var description = LabDescription(
                sentinels: .init(
                    count: 3, downAfter: .seconds(3), failoverTimeout: .seconds(10), infoPeriod: .milliseconds(200)))
            description.source.extraLines = ["appendonly yes", "appendfsync no", "rdb-key-save-delay 100000"]
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                try await migration.fill(keys: 500)
                try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    try await eventually("the Sentinels know the target, which is in its full sync") {
                        let (hasEnded, complaint) = await (process.hasEnded, process.standardError)
                        try #require(!hasEnded, "\(complaint)")
                        let isKnown = try await lab.sentinelsKnowingTarget() == 3
                        let upstream = try await lab.replication(of: lab.target).upstream
                        return isKnown && upstream?.isSyncing == true
                    }
                    await process.send(SIGKILL)
                    _ = try await process.wait()
                }
                try await lab.send(["CONFIG", "SET", "replica-priority", "50"], to: lab.target)
                try await eventually("every Sentinel has seen the priority") {
                    try await lab.prioritiesOfTarget() == [50, 50, 50]
                }
                await lab.source.kill()
                try await eventually("every Sentinel names the target", within: .seconds(60)) {
                    try await World.read(lab).named.allSatisfy { $0 == lab.address(of: lab.target) }
                }
                let back = try await migration.planrun("rollback")
                #expect(back.errors == ["error[target-is-primary]"], "\(back.complaint)")
                let filling: KeyValuePairs = ["<quorum>": "2"]
                for sentinel in lab.sentinels {
                    try await lab.follow(.forgottenSource, in: back.standardError, at: sentinel)
                    try await lab.follow(.watchedSource, in: back.standardError, at: sentinel, filling: filling)
                }
                try await lab.source.start()
                try await eventually("every Sentinel names the source, which has its keys") {
                    try await World.read(lab).named.allSatisfy { $0 == lab.address(of: lab.source) }
                }
                #expect(try await lab.replication(of: lab.source).role == .primary)
                #expect(try await lab.keys(of: lab.source) == 500)
            }
        }
    }
}

extension LivePatienceTests {
    @Suite struct StubbornCandidateTests {
        /// Its Sentinels are logged in to a replica from before its password was changed. planrun is not.
        @Test func `a replica that planrun cannot reach is kept from being promoted by hand`() async throws {
            let sentinels = LabDescription.Sentinels(failoverTimeout: .seconds(3), infoPeriod: .milliseconds(200))
            try await withLab(LabDescription(sentinels: sentinels, replicaCount: 1)) { lab in
                let steps = Migration.steps(failover: "via: sentinel, write-pause: 2s")
                let migration = try Migration(lab, steps: Array(steps.dropFirst()))
                try await migration.fill(keys: 100)
                try await eventually("the Sentinel could promote the replica") {
                    try await lab.replicas(seenBy: lab.sentinels[0]).contains(where: \.isEligible)
                }
                let session = lab.session(lab.replicas[0])
                _ = try await session.send(["CONFIG", "SET", "requirepass", "other"])
                let refused = try await migration.planrun("apply", "--auto-approve")
                #expect(refused.errors == ["error[sentinels-not-ready]"], "\(refused.complaint)")
                _ = try await session.send(["CONFIG", "SET", "requirepass", ""])
                try await lab.follow(.stubbornCandidate, in: refused.standardError, at: lab.replicas[0])
                _ = try await session.send(["CONFIG", "SET", "requirepass", "other"])
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                await session.close()
            }
        }
    }
}

extension Lab {
    /// The priority of the target as each Sentinel has seen it.
    fileprivate func prioritiesOfTarget() async throws -> [Int?] {
        var priorities: [Int?] = []
        for sentinel in sentinels {
            let seen = try await replicas(seenBy: sentinel).first { $0.address == address(of: target) }
            priorities.append(seen?.priority)
        }
        return priorities
    }

    fileprivate func replicas(seenBy sentinel: ServerProcess) async throws -> [SentinelReplica] {
        let name = description.sentinels?.primary ?? ""
        return try SentinelReplica.list(try await send(Command(["SENTINEL", "REPLICAS", name]), to: sentinel))
    }
}
