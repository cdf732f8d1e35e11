import Execution
import FoundationEssentials
import PlanModel
import RESP
import RedisTopology
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// How the source and its other replicas come to rest, and how a rollback brings them back.
    @Suite struct RestingTests {
        @Test(arguments: [1, 3]) func `a fenced source stands alone, and a rollback finds it there`(
            sentinels: Int
        ) async throws {
            try await withLab(.watched(by: sentinels)) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "resting: fenced"), afterCutover: "discard-writes")
                try await migration.fill(keys: 200)
                try await migration.underApplications("resting: fenced, \(sentinels) Sentinels") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated(sourceFollows: false)
                let refused = try? await lab.send(["SET", "key", "value"], to: lab.source)
                #expect(refused == nil)
                let back = try await migration.planrun("rollback", "--discard-writes", "1000000")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                try await lab.expectUntouched()
                #expect(try await lab.send(["SET", "key", "value"], to: lab.source).string == "OK")
                try await lab.expectNoPhantoms()
            }
        }

        @Test func `a source can be shut down afterwards`() async throws {
            try await withLab(.watched(by: 1)) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "resting: shutdown"))
                try await migration.underApplications("resting: shutdown") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                #expect(try migration.state().status == .succeeded)
                await #expect(throws: (any Error).self) { try await lab.send(["PING"], to: lab.source) }
                #expect(try await lab.send(["ROLE"], to: lab.target).array?.first?.string == "master")
            }
        }

        @Test(arguments: ["sentinel", "announce"]) func `another replica is never promoted, and follows the target`(
            via: String
        ) async throws {
            var description = LabDescription.watched(by: via == "announce" ? 3 : 1)
            description.replicaCount = 1
            try await withLab(description) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: \(via)"))
                try await lab.waitUntilReplicaIsKnown()
                try await migration.underApplications("via \(via) with another replica") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated()
                try await eventually("the other replica follows the target") {
                    let upstream = try await lab.replication(of: lab.replicas[0]).upstream
                    return upstream?.primary == lab.address(of: lab.target) && upstream?.isLinkUp == true
                }
                let priority = try await lab.send(["CONFIG", "GET", "replica-priority"], to: lab.replicas[0])
                #expect(priority.array?.last?.string == "100")
                guard via == "sentinel" else { return }
                // The Sentinel has not waited for the other replica, and is as before.
                let log = try String(contentsOfFile: lab.sentinels[0].logFile.string, encoding: .utf8)
                #expect(log.contains("+failover-end-for-timeout"))
                let name = lab.description.sentinels?.primary ?? ""
                let primary = try SentinelPrimary(
                    await lab.send(Command(["SENTINEL", "MASTER", name]), to: lab.sentinels[0]))
                #expect(primary.failoverTimeout == lab.description.sentinels?.failoverTimeout)
                #expect(try migration.failoverFacts()["slowestClientsSeconds"] != nil)
            }
        }

        @Test func `a replica that could not follow a Dragonfly is detached, and comes back with a rollback`()
            async throws
        {
            var description = LabDescription.watched(by: 1)
            description.replicaCount = 1
            try await withDragonflyLab(description) { lab, _ in
                let migration = try Migration(
                    lab, steps: Migration.steps(approval: false), afterCutover: "discard-writes")
                try await lab.waitUntilReplicaIsKnown()
                try await migration.underApplications("Dragonfly with another replica") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated(sourceFollows: false)
                // It answers what makes applications ask the Sentinels again, and stays so when it is started again.
                #expect(
                    try await lab.replication(of: lab.replicas[0]).upstream?.primary
                        == Endpoint(host: "127.0.0.1", port: 0))
                let refusal = await #expect(throws: (any Error).self) {
                    try await lab.send(["SET", "a", "b"], to: lab.replicas[0])
                }
                #expect(String(describing: refusal).contains("READONLY"))
                let back = try await migration.planrun("rollback", "--discard-writes", "1000000")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                try await lab.expectUntouched()
                try await eventually("the other replica follows the source again") {
                    try await lab.replication(of: lab.replicas[0]).upstream?.isLinkUp == true
                }
            }
        }
    }
}

extension LabDescription {
    static func watched(by count: Int) -> LabDescription {
        LabDescription(sentinels: .init(count: count, infoPeriod: .milliseconds(200)))
    }
}

extension Lab {
    func replication(of server: ServerProcess) async throws -> ReplicationInfo {
        try ReplicationInfo(try await send(["INFO", "replication"], to: server))
    }

    func waitUntilReplicaIsKnown() async throws {
        try await eventually("every Sentinel knows the other replica") {
            for sentinel in self.sentinels {
                let name = self.description.sentinels?.primary ?? ""
                let replicas = try await self.send(Command(["SENTINEL", "REPLICAS", name]), to: sentinel)
                if replicas.array?.isEmpty != false { return false }
            }
            return true
        }
    }

    /// Expects that every Sentinel knows exactly the other Sentinels that exist.
    func expectNoPhantoms() async throws {
        let name = description.sentinels?.primary ?? ""
        for sentinel in sentinels {
            let peers = try SentinelPeer.list(
                try await send(Command(["SENTINEL", "SENTINELS", name]), to: sentinel))
            #expect(Set(peers.map(\.address)) == Set(sentinels.map(\.address)).subtracting([sentinel.address]))
        }
    }
}
