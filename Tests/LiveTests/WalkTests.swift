import Execution
import PlanGraph
import RESP
import RedisTopology
import Rehearsal
import Seeding
import TestKit
import Testing

extension LiveTests {
    /// Verbs in any order, with interruptions, restarts and Sentinels of their own will between them: some verb ends the
    /// run, and what is said then is so.
    ///
    /// A few walks. With `PLANRUN_WALKS=500` as many.
    @Suite(.saysSeed) struct WalkTests {
        @Test(arguments: Walk.all)
        func `any order of verbs leads to an end at which what is said is so`(walk: Walk) async throws {
            var description = LabDescription(
                sentinels: .init(count: 3, failoverTimeout: .seconds(10), infoPeriod: .milliseconds(200)))
            description.source.extraLines = ["appendonly yes", "appendfsync no"]
            description.target.extraLines = description.source.extraLines
            try await withLab(description) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(approval: true), afterCutover: "discard-writes")
                try await migration.fill(keys: 200)
                let mayLose = walk.moves.contains { if case .failOver = $0 { true } else { false } }
                try await migration.underLoad(walk.testDescription, mayLose: mayLose ? .max : 0) { _ in
                    try await walk.go(migration)
                    try await walk.end(migration)
                    try await walk.cleanUp(migration)
                    try await eventually("the Sentinels name one server, which takes writes", within: .seconds(60)) {
                        guard let primary = try await lab.agreedPrimary() else { return false }
                        return (try? await lab.send(["SET", "taken", "value"], to: primary).string) == "OK"
                    }
                }
                try await expectTruth(migration)
            }
        }

        private func expectTruth(_ migration: Migration) async throws {
            let lab = migration.lab
            let status = try await migration.planrun("status")
            let world = try await World.read(lab)
            guard let state = try? migration.state() else { return }
            #expect(status.exitCode == 0)
            for (server, instance) in zip(["source", "target"], world.instances) {
                let said = status.standardOutput.first { $0.hasPrefix("  \(server) \(instance.address) ") } ?? ""
                let role = instance.role == .primary ? "is a primary" : "is a replica of"
                #expect(said.contains(role) || said.contains("stands alone"), "\(said)")
            }
            switch state.status {
            case .rolledBack:
                // "nothing is left on the servers"
                for server in [lab.source, lab.target] { try await expectOwnSettings(server, lab) }
                // What the Sentinels did by themselves is not the run's to take back.
                guard !world.named.contains(lab.address(of: lab.target)) else { break }
                #expect(try await lab.sentinelsKnowingTarget() == 0)
                // A run that took over a target that stood alone with its copy keeps that copy, and says so.
                let keepsCopy = state["replicaof"]?.undoResult?.summary.contains("keeps the copy") == true
                let keys = try await lab.keys(of: lab.target)
                #expect(keepsCopy || keys == 0)
            case .succeeded:
                #expect(try await migration.planrun("plan").exitCode == 0)
                // As long as the old source follows, the Sentinels have nobody to fail over to.
                #expect(status.commandsOffered == [] || status.commandsOffered == ["decommission"])
                guard !status.commandsOffered.isEmpty else { break }
                let decommission = try await migration.planrun("decommission", "--auto-approve")
                #expect(decommission.exitCode == 0, "\(decommission.standardOutput + decommission.standardError)")
                #expect(try await migration.planrun("status").commandsOffered == [])
            case .abandoned: #expect(status.commandsOffered == ["apply"])
            case .running, .failed, .stopped, .rollingBack, .rollbackIncomplete:
                Issue.record("the run has no end: \(state.status.rawValue)")
            }
        }

        private func expectOwnSettings(_ server: ServerProcess, _ lab: Lab) async throws {
            for (name, value) in [
                ("replica-priority", "100"), ("min-replicas-to-write", "0"), ("min-replicas-max-lag", "10"),
                ("proc-title-template", "{title} {listen-addr} {server-mode}"),
            ] {
                let now = try await lab.send(Command(["CONFIG", "GET", name]), to: server).array?.last?.string
                #expect(now == value, "\(server.name): \(name)")
            }
        }
    }
}

extension Lab {
    /// The server that every Sentinel names, if it is one.
    fileprivate func agreedPrimary() async throws -> ServerProcess? {
        let named = Set(try await World.read(self).named)
        guard named.count == 1, let address = named.first else { return nil }
        return [source, target].first { self.address(of: $0) == address }
    }
}
