import Execution
import Operations
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// `monitor` and `backup`: the steps before a migration whose source has no Sentinels or no backup yet.
    @Suite struct FirstSentinelsTests {
        private static func unwatched(_ count: Int) -> LabDescription {
            var description = LabDescription(sentinels: .init(count: count))
            description.sentinels?.watchesSource = false
            return description
        }

        private static let monitor =
            "monitor: { quorum: 2, down-after: 4s, failover-timeout: 30s, parallel-syncs: 2, "
            + "notification-script: /bin/true, client-reconfig-script: /bin/false }"

        @Test func `a source that no Sentinel watches is put under three and taken out again`() async throws {
            var description = Self.unwatched(3)
            description.replicaCount = 1
            description.sentinels?.extraLines = ["sentinel deny-scripts-reconfig no"]
            try await withLab(description) { lab in
                let migration = try Migration(
                    lab, steps: ["preflight: {}", Self.monitor, "approval: Go on?"])
                try await migration.fill(keys: 50)
                let applied = try await migration.planrun("apply")
                #expect(applied.exitCode == 3, "\(applied.standardError)")
                for sentinel in lab.sentinels {
                    let fields = try await primary(at: sentinel, lab)
                    #expect(fields["port"] == String(lab.source.address.port))
                    #expect(fields["quorum"] == "2")
                    #expect(fields["down-after-milliseconds"] == "4000")
                    #expect(fields["failover-timeout"] == "30000")
                    #expect(fields["parallel-syncs"] == "2")
                    #expect(fields["num-other-sentinels"] == "2")
                    #expect(fields["num-slaves"] == "1")
                    #expect(fields["notification-script"] == "/bin/true")
                    #expect(fields["client-reconfig-script"] == "/bin/false")
                }
                let again = try await migration.planrun("resume")
                #expect(again.exitCode == 3)
                #expect(
                    again.standardOutput.contains {
                        $0.contains("ok monitor: 3 Sentinels monitor \(lab.source.address)")
                    })
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardError)")
                let name = try #require(lab.description.sentinels?.primary)
                let reverse = lab.sentinels.reversed().map { "\($0.address)" }.joined(separator: ", ")
                #expect(
                    back.standardOutput.contains {
                        $0.contains("ok undo monitor: '\(name)' is no longer monitored by \(reverse)")
                    }, "\(back.standardOutput)")
                for sentinel in lab.sentinels { #expect(try await primary(at: sentinel, lab).isEmpty) }
            }
        }

        @Test func `a Sentinel that refuses a setting is left as it was by the rollback, or gets all of them later`()
            async throws
        {
            try await withLab(Self.unwatched(1)) { lab in
                let migration = try Migration(lab, steps: [Self.monitor])
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 3)
                #expect(
                    outcome.standardError.contains { $0.contains("deny-scripts-reconfig") },
                    "\(outcome.standardError)")
                // The step is half done: the Sentinel monitors the source but lacks the last settings.
                #expect(try await primary(at: lab.sentinels[0], lab)["down-after-milliseconds"] == "4000")
                let name = try #require(lab.description.sentinels?.primary)
                let change = Command(["SENTINEL", "SET", name, "down-after-milliseconds", "9000"])
                try await lab.send(change, to: lab.sentinels[0])
                _ = try await migration.planrun("resume")
                #expect(try await primary(at: lab.sentinels[0], lab)["down-after-milliseconds"] == "4000")
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardError)")
                #expect(try await primary(at: lab.sentinels[0], lab).isEmpty)
            }
        }

        @Test func `a name that stands for another server is refused`() async throws {
            try await withLab(Self.unwatched(1)) { lab in
                let name = try #require(lab.description.sentinels?.primary)
                let target = lab.target.address
                try await lab.send(
                    Command(["SENTINEL", "MONITOR", name, target.host, String(target.port), "1"]), to: lab.sentinels[0])
                let migration = try Migration(lab, steps: ["monitor: {}"])
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 1)
                #expect(
                    outcome.standardError.contains {
                        $0.contains(
                            "error[name-in-use]: 'monitor' failed: Sentinel \(lab.sentinels[0].address) monitors \(target) as '\(name)', which is not the source"
                        )
                    }, "\(outcome.standardError)")
                #expect(try await primary(at: lab.sentinels[0], lab)["port"] == String(target.port))
                try await lab.follow(.nameInUse, in: outcome.standardError, at: lab.sentinels[0])
                #expect(try await migration.planrun("apply").exitCode == 0)
                #expect(try await primary(at: lab.sentinels[0], lab)["port"] == String(lab.source.address.port))
            }
        }

        @Test func `a backup is made once and is good for an hour`() async throws {
            try await withLab(.pair()) { lab in
                try await lab.send(["SET", "a", "b"], to: lab.source)
                let before = try await saved(lab)
                try await eventually("a second to pass on the source's clock") {
                    try await (lab.send(["TIME"], to: lab.source).array?.first?.integer ?? 0) > before + 1
                }
                let first = try await Migration(lab, name: "first", steps: ["backup: { max-age: 1h }"]).planrun("apply")
                #expect(first.exitCode == 0, "\(first.standardError)")
                #expect(try await saved(lab) > before)
                let second = try await Migration(lab, name: "second", steps: ["backup: { max-age: 1h }"]).planrun(
                    "apply")
                #expect(second.exitCode == 0)
                #expect(
                    second.standardOutput.contains { $0.contains("ok backup: the last save is ") },
                    "\(second.standardOutput)")
            }
        }

        @Test func `a backup that fails stops the run`() async throws {
            try await withLab(.pair(source: ["enable-protected-configs yes"])) { lab in
                try await lab.send(["CONFIG", "SET", "dbfilename", "no.rdb"], to: lab.source)
                try await lab.send(["CONFIG", "SET", "dir", "/proc"], to: lab.source)
                let migration = try Migration(lab, steps: ["backup: {}", "replicaof: {}"])
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 1)
                #expect(
                    outcome.standardError.contains {
                        $0.contains("error[save-failed]: 'backup' failed: the save did not end well")
                    }, "\(outcome.standardError)")
                #expect(try await lab.send(["ROLE"], to: lab.target).array?.first?.string == "master")
            }
        }

        @Test func `a backup waits until a save that is running has ended`() async throws {
            // The first save takes six seconds a key, so it still runs when the backup begins.
            try await withLab(.pair(source: ["rdb-key-save-delay 6000000"])) { lab in
                try await lab.send(["SET", "a", "b"], to: lab.source)
                try await lab.send(["BGSAVE"], to: lab.source)
                let migration = try Migration(lab, steps: ["backup: {}"])
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "0"], to: lab.source)
                let outcome = try await migration.planrun("apply")
                #expect(outcome.exitCode == 0, "\(outcome.standardError)")
                #expect(
                    outcome.standardOutput.contains {
                        $0.contains(".. backup: waiting for the save that is running to end")
                    }, "\(outcome.standardOutput)")
                #expect(
                    try await lab.send(["INFO", "stats"], to: lab.source).string?.contains("total_forks:2") == true)
            }
        }

        @Test func `a backup waits for the fork of a full sync`() async throws {
            try await withLab(.pair(source: ["rdb-key-save-delay 6000000", "repl-diskless-sync-delay 0"])) { lab in
                try await lab.send(["SET", "a", "b"], to: lab.source)
                let source = lab.source.address
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                try await eventually("the full sync has forked") {
                    try await lab.send(["INFO", "persistence"], to: lab.source).string?
                        .contains("rdb_bgsave_in_progress:1") == true
                }
                try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "0"], to: lab.source)
                let outcome = try await Migration(lab, steps: ["backup: {}"]).planrun("apply")
                #expect(outcome.exitCode == 0, "\(outcome.standardError)")
                #expect(
                    outcome.standardOutput.contains {
                        $0.contains(".. backup: waiting for the save that is running to end")
                    }, "\(outcome.standardOutput)")
                // The source has begun exactly one full sync.
                #expect(try await lab.send(["INFO", "stats"], to: lab.source).string?.contains("sync_full:1") == true)
            }
        }

        /// What a Sentinel says of the primary; empty where it monitors no primary of that name.
        private func primary(at sentinel: ServerProcess, _ lab: Lab) async throws -> [String: String] {
            let name = try #require(lab.description.sentinels?.primary)
            guard let reply = try? await lab.send(Command(["SENTINEL", "MASTER", name]), to: sentinel) else {
                return [:]
            }
            let words = (reply.array ?? []).compactMap(\.string)
            return Dictionary(
                uniqueKeysWithValues: stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) })
        }

        private func saved(_ lab: Lab) async throws -> Int64 {
            try await lab.send(["LASTSAVE"], to: lab.source).integer ?? 0
        }
    }
}
