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
    /// Whole migrations by the built `planrun`, with writers that look for each of their acknowledged writes
    /// afterwards.
    @Suite struct MigrationTests {
        struct Access: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var login = LabDescription.Login.open
            var tls: LabDescription.TLS?
            var sentinels = 1
        }

        @Test(arguments: [
            Access(testDescription: "open"),
            Access(testDescription: "three Sentinels", sentinels: 3),
            Access(testDescription: "password", login: .password),
            Access(testDescription: "ACL user", login: .user("operator")),
            Access(
                testDescription: "TLS and ACL user, three Sentinels", login: .user("operator"), tls: .init(),
                sentinels: 3),
        ])
        func `no acknowledged write is lost`(access: Access) async throws {
            let description = LabDescription(
                source: .init(login: access.login), target: .init(login: access.login),
                sentinels: .init(count: access.sentinels, login: access.login, infoPeriod: .milliseconds(200)),
                tls: access.tls)
            try await withLab(description) { lab in
                let migration = try Migration(lab)
                try await migration.fill()
                try await migration.underLoad(access.testDescription, tellsGap: true) { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated()
                #expect(try migration.state().status == .succeeded)
            }
        }

        @Test func `without Sentinel the target is promoted, and the writers follow`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: promote, write-pause: 2s"))
                try await migration.fill()
                try await migration.underLoad("via promote") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectMigrated()
            }
        }

        @Test func `a source that is shut down is replaced by the Sentinels`() async throws {
            let sentinels = LabDescription.Sentinels(
                count: 3, downAfter: .seconds(2), infoPeriod: .milliseconds(200))
            try await withLab(LabDescription(sentinels: sentinels)) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: shutdown, write-pause: 1s"))
                try await migration.fill()
                try await migration.underLoad("via shutdown") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await lab.expectReplaced()
            }
        }

        @Test(arguments: ["sentinel", "announce"]) func `a target that follows already is not synced again`(
            via: String
        ) async throws {
            try await withLab(.watched(by: via == "announce" ? 3 : 1)) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "via: \(via)"))
                try await migration.fill()
                let source = lab.address(of: lab.source)
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                // Started again, it would follow again.
                try await lab.send(["CONFIG", "REWRITE"], to: lab.target)
                try await eventually("the target follows") { try await lab.isSynced(lab.target) }
                let before = try await lab.fullSyncs()
                try await migration.underLoad("target that follows already") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                #expect(try await lab.fullSyncs() == before)
                #expect(before == 1)
                try await lab.expectMigrated()
            }
        }

        @Test func `files that cannot be written are told before the cutover, and after it`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                let source = lab.address(of: lab.source)
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                try await lab.withoutFolder(of: lab.source) {
                    try await lab.withoutFolder(of: lab.target) {
                        let refused = try await migration.planrun("apply", "--auto-approve")
                        #expect(refused.exitCode == 3, "\(refused.standardOutput + refused.standardError)")
                        #expect(refused.errors == ["error[follows-again]"])
                        #expect(refused.complaint.contains("nothing was promoted"))
                    }
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                    let told = "started again after the cutover, it is a primary that takes writes"
                    // By 'failover' and by 'verify'.
                    let lines = resumed.standardOutput.filter { $0.contains(told) }
                    #expect(lines.count == 2, "\(resumed.standardOutput)")
                }
            }
        }

        @Test func `Dragonfly becomes the primary, and the Redis behind it comes to rest`() async throws {
            try await withDragonflyLab(.quick) { lab, _ in
                let migration = try Migration(lab)
                try await migration.fill()
                try await migration.underLoad("Dragonfly") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                // A Redis can never follow a Dragonfly, which has no PSYNC.
                try await lab.expectMigrated(sourceFollows: false)
            }
        }
    }
}

extension LabDescription {
    /// One Sentinel that asks for `INFO` often, for tests of something else than how soon it notices. A Sentinel
    /// promotes no replica whose last answer is older than three of these periods.
    static var quick: LabDescription { LabDescription(sentinels: .init(infoPeriod: .milliseconds(200))) }
}

extension Lab {
    /// The server runs on, and cannot write its files meanwhile; also as root, to whom no file is read-only.
    fileprivate func withoutFolder(
        of server: ServerProcess, _ body: @Sendable () async throws -> Void
    ) async throws {
        let (path, away) = (server.folder.path.string, server.folder.path.string + ".away")
        try FileManager.default.moveItem(atPath: path, toPath: away)
        defer { try? FileManager.default.moveItem(atPath: away, toPath: path) }
        try await body()
    }

    func isSynced(_ server: ServerProcess) async throws -> Bool {
        try await send(["INFO", "replication"], to: server).string?.contains("master_link_status:up") == true
    }
}
