import Execution
import Operations
import PlanModel
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Servers that have one address in the plan and another one at other servers.
    @Suite struct SecondAddressTests {
        private static let second = "127.0.0.2"

        private func description(_ count: Int = 1) -> LabDescription {
            var description = LabDescription.watched(by: count)
            description.source.extraLines = ["bind 127.0.0.1 \(Self.second)"]
            description.target.extraLines = ["bind 127.0.0.1 \(Self.second)"]
            return description
        }

        private func seen(_ lab: Lab, _ server: ServerProcess, at address: Endpoint? = nil) -> Lab {
            let address = address ?? Endpoint(host: Self.second, port: server.address.port)
            return lab.fronted(server, by: Lab.Front(address: address, engine: .redis))
        }

        /// Expects that every Sentinel names the target, and that the target has its own settings and no part of a
        /// fence.
        private func expectMigrated(_ lab: Lab) async throws {
            for sentinel in lab.sentinels {
                let named = try await lab.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"], to: sentinel)
                #expect(named.array?.last?.string == String(lab.target.address.port))
            }
            #expect(try await lab.replication(of: lab.target).role == .primary)
            for (setting, value) in [("min-replicas-to-write", "0"), ("replica-priority", "100")] {
                let reply = try await lab.send(Command(["CONFIG", "GET", setting]), to: lab.target)
                #expect(reply.array?.last?.string == value)
            }
        }

        @Test(arguments: ["sentinel", "announce"]) func `the target has another address in the plan`(via: String)
            async throws
        {
            try await withLab(description(3)) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(failover: "via: \(via)"), seenAs: seen(lab, lab.target))
                try await migration.underLoad("target under a second address, via \(via)") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    let shown = outcome.standardOutput + outcome.standardError
                    #expect(
                        shown.contains { $0.contains("the source knows the target as \(lab.target.address)") },
                        "\(shown)")
                }
                try await expectMigrated(lab)
            }
        }

        @Test func `the way back, before and after the cutover, of a target with another address`() async throws {
            try await withLab(description()) { lab in
                let before = try Migration(
                    lab, name: "before", steps: Migration.steps(approval: true), seenAs: seen(lab, lab.target))
                try await before.fill(keys: 200)
                try await before.underLoad("back before the cutover, under a second address") { _ in
                    let applied = try await before.planrun("apply")
                    #expect(applied.exitCode == 3)
                    let back = try await before.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                    try await lab.expectForgotten()
                    try await announcePlanned(applied.standardOutput + applied.standardError, before)
                }
                try await lab.expectUntouched()
                let after = try Migration(
                    lab, name: "after", afterCutover: "discard-writes", seenAs: seen(lab, lab.target))
                try await after.underLoad("back after the cutover, under a second address") { _ in
                    #expect(try await after.planrun("apply", "--auto-approve").exitCode == 0)
                    try await expectMigrated(lab)
                    let back = try await after.planrun("rollback", "--discard-writes", "0")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                }
                try await lab.expectUntouched()
                try await lab.expectForgotten()
            }
        }

        /// Follows the advice to let the target announce its address in the plan, and tries that out.
        private func announcePlanned(_ advice: [String], _ migration: Migration) async throws {
            let (lab, port) = (migration.lab, String(migration.lab.target.address.port))
            try await lab.follow(
                .syncedAddress, in: advice, at: lab.target, filling: ["<its address>": Self.second])
            try await lab.follow(.syncedPort, in: advice, at: lab.target, filling: ["<its port>": port])
            let again = try await migration.planrun("apply")
            #expect(again.exitCode == 3)
            let shown = again.standardOutput + again.standardError
            #expect(!shown.contains { $0.contains("the source knows the target as") }, "\(shown)")
            #expect(try await migration.planrun("rollback").exitCode == 0)
            try await lab.send(
                all: [
                    ["CONFIG", "SET", "replica-announce-ip", ""], ["CONFIG", "SET", "replica-announce-port", "0"],
                    ["CONFIG", "REWRITE"],
                ], to: lab.target)
        }

        /// The Sentinels would make a target follow the source's address that they know, whatever it was told to
        /// follow.
        @Test(arguments: ["127.0.0.2", "localhost"])
        func `a source that the Sentinels know under another address is told, and they may make the target follow that`(
            host: String
        ) async throws {
            try await withLab(description()) { lab in
                let address = Endpoint(host: host, port: lab.source.address.port)
                let migration = try Migration(
                    lab, steps: Migration.steps(wait: "stable-for: 12s"), seenAs: seen(lab, lab.source, at: address))
                try await migration.fill(keys: 200)
                try await migration.underLoad("source known as \(host)") { _ in
                    let check = try await migration.planrun("check", "--verbose")
                    let line =
                        "ok preflight/sentinels-agree: 1 of 1 Sentinels name \(address), as \(lab.source.address)"
                    #expect(check.exitCode == 0 && check.standardOutput.contains(line), "\(check.standardOutput)")
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await expectMigrated(lab)
            }
        }

        @Test func `the source has another address in the plan, and another replica`() async throws {
            var description = description()
            description.replicaCount = 1
            try await withLab(description) { lab in
                try await lab.waitUntilReplicaIsKnown()
                let migration = try Migration(lab, seenAs: seen(lab, lab.source))
                try await migration.underLoad("source under a second address") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                try await expectMigrated(lab)
                try await eventually("source and replica follow the target") {
                    for server in [lab.source, lab.replicas[0]] {
                        let upstream = try await lab.replication(of: server).upstream
                        guard upstream?.isLinkUp == true, upstream?.primary.port == lab.target.address.port else {
                            return false
                        }
                    }
                    return true
                }
            }
        }

        @Test func `the target is behind a port forward`() async throws {
            try await withLab(description()) { lab in
                try await withForward(to: lab.target.address) { forward in
                    let steps = ["preflight: { target-address: warn }"] + Migration.steps().dropFirst()
                    let migration = try Migration(
                        lab, steps: steps, seenAs: seen(lab, lab.target, at: forward))
                    try await migration.underLoad("target behind a port forward") { _ in
                        let outcome = try await migration.planrun("apply", "--auto-approve")
                        #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    }
                    try await expectMigrated(lab)
                }
            }
        }

        @Test func `a target that announces an address at which nobody reaches it stops the run`() async throws {
            var description = description()
            description.target.extraLines.append("replica-announce-ip 127.0.0.77")
            // The Sentinel soon learns of the address, and does not take it for down in this test.
            description.sentinels?.infoPeriod = .milliseconds(200)
            description.sentinels?.downAfter = .seconds(60)
            try await withLab(description) { lab in
                let steps = ["preflight: { target-address: off, target-nat: off }"] + Migration.steps().dropFirst()
                let migration = try Migration(lab, steps: steps, onFailure: "automatic")
                try await migration.underLoad("target that announces nonsense") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.errors == ["error[target-unrecognised]"], "\(outcome.standardError)")
                    #expect(
                        outcome.complaint.contains(
                            "lists a replica 127.0.0.77:\(lab.target.address.port), and planrun cannot find out whether that is the target"
                        ))
                    #expect(try await lab.replication(of: lab.source).role == .primary)
                    #expect(try await lab.replication(of: lab.target).role == .primary)
                    // The rollback has made the Sentinel forget the address. It learns of it anew from a target that follows.
                    let source = lab.source.address
                    try await lab.send(Command(["REPLICAOF", source.host, "\(source.port)"]), to: lab.target)
                    try await eventually("the Sentinel lists the address at which nobody answers") {
                        let listed = try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: lab.sentinels[0])
                        return (listed.array ?? []).flatMap { $0.array ?? [] }.contains { $0.string == "127.0.0.77" }
                    }
                    try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                    try await lab.send(["FLUSHALL"], to: lab.target)
                    try await lab.follow(.registeredAddress, in: outcome.standardError, at: lab.target)
                    try await lab.follow(.registeredPort, in: outcome.standardError, at: lab.target)
                    let listed = try await migration.planrun("apply", "--auto-approve")
                    #expect(listed.errors == ["error[only-candidate]"], "\(listed.complaint)")
                    try await lab.follow(.goneCandidate, in: listed.standardError, at: lab.sentinels[0])
                    let again = try await migration.planrun("apply", "--auto-approve")
                    #expect(again.exitCode == 0, "\(again.standardOutput + again.standardError)")
                }
                try await expectMigrated(lab)
            }
        }

        @Test(arguments: [["preflight: {}"], []]) func `source and target are one server`(first: [String]) async throws
        {
            try await withLab(description()) { lab in
                let same = Endpoint(host: Self.second, port: lab.source.address.port)
                let steps = first + Migration.steps().dropFirst()
                let migration = try Migration(lab, steps: steps, seenAs: seen(lab, lab.target, at: same))
                try await migration.underLoad("source and target are one") { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 1, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(
                        outcome.complaint.contains(
                            first.isEmpty
                                ? "source and target are one server under two addresses"
                                : "\(same) is the source itself, under another address"))
                }
                try await lab.expectUntouched()
            }
        }

        @Test func `a Dragonfly is told apart by a name that it gives one of our connections`() async throws {
            try await withDragonflyLab(.quick) { lab, standIn in
                try await withForward(to: standIn.address) { forward in
                    let front = Lab.Front(address: forward, engine: .dragonfly)
                    let migration = try Migration(
                        lab, steps: ["preflight: { target-address: off }"] + Migration.steps().dropFirst(),
                        seenAs: lab.fronted(lab.target, by: front))
                    try await migration.underLoad("Dragonfly behind a port forward") { _ in
                        let outcome = try await migration.planrun("apply", "--auto-approve")
                        #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                        let shown = outcome.standardOutput + outcome.standardError
                        #expect(shown.contains { $0.contains("the source knows the target as \(standIn.address)") })
                    }
                    try await lab.expectMigrated(sourceFollows: false)
                }
            }
        }
    }
}
