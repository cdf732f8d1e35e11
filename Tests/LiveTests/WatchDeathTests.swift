import Execution
import Glibc
import PlanGraph
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// Servers that die while a run watches the cutover, and while it goes back, under load.
    @Suite struct WatchDeathTests {
        /// One after the other dies and comes back, planrun itself among them, and somebody turns the target again and
        /// again. Each is told, nothing is lost, and the run still goes back.
        @Test func `whoever dies in the watch is told, and the way back stays open`() async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            // A primary that is killed has to come back with what it has acknowledged.
            description.target.extraLines = ["appendonly yes", "appendfsync always"]
            try await withGatedLab(description) { lab, gates in
                let migration = try Migration(
                    lab, steps: Migration.steps() + ["watch: { id: look, for: 1h }"], afterCutover: "keep",
                    sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("deaths in the watch and in going back") { load in
                    try await watch(migration, gates, load)
                    try await goBack(migration, gates)
                }
                try await lab.expectUntouched()
            }
        }

        private func watch(_ migration: Migration, _ gates: Gates, _ load: WriteLoad) async throws {
            let lab = migration.lab
            try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { planrun in
                try await eventually("the watch has begun", within: .seconds(60)) {
                    (try? migration.state()["look"]?.mark?["until"]) != nil
                }
                let sentinel = lab.sentinels[0]
                await sentinel.kill()
                try await expect("Sentinel \(gates.sentinels[0]) does not answer", in: migration)
                try await sentinel.start()
                await lab.source.kill()
                try await expect("source \(lab.address(of: lab.source)) does not answer", in: migration)
                await planrun.send(SIGKILL)
                _ = try await planrun.wait()
            }
            try await lab.source.start()
            try await PlanrunProcess.run(["resume", migration.plan, "--auto-approve"]) { planrun in
                try await expect("not any more: source \(lab.address(of: lab.source))", in: migration)
                try await turnAgainAndAgain(migration)
                let before = await load.acknowledgedCount
                await lab.target.kill()
                try await expect("target \(lab.address(of: lab.target)) does not answer", in: migration)
                try await lab.target.start()
                try await expect("target \(lab.address(of: lab.target)) was started again", in: migration)
                try await eventually("writes go on", within: .seconds(60)) {
                    await load.acknowledgedCount > before + 40
                }
                await planrun.send(SIGINT)
                #expect(try await planrun.wait().exitCode == 3)
            }
        }

        /// An operator's loop that demotes the target, and another one's that promotes it.
        private func turnAgainAndAgain(_ migration: Migration) async throws {
            let (lab, target) = (migration.lab, "target \(migration.lab.address(of: migration.lab.target))")
            for round in 1...3 {
                let nowhere = Command(["REPLICAOF", "127.0.0.1", "\(round)"])
                try await lab.send(nowhere, to: lab.target)
                try await expect("\(target) was made a replica of 127.0.0.1:\(round): ", in: migration)
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                try await expect("not any more: \(target) was made a replica of 127.0.0.1:\(round): ", in: migration)
            }
            // Between two looks nobody sees the replica.
            let quick = lab.session(lab.target)
            _ = try await quick.pipeline([["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]], timeout: nil)
            await quick.close()
            try await expect(
                "\(target) was made a replica and a primary again between two looks: nobody who is connected now",
                in: migration)
        }

        private func goBack(_ migration: Migration, _ gates: Gates) async throws {
            let lab = migration.lab
            try await eventually("the source is in sync", within: .seconds(60)) {
                try await lab.isSynced(lab.source)
            }
            let half = try await PlanrunProcess.run(["rollback", migration.plan]) { planrun in
                gates.at(Moment("", after: true, "target: CONFIG SET min-replicas-to-write")) {
                    .passThen {
                        await lab.source.kill()
                        await lab.sentinels[2].kill()
                    }
                }
                return try await planrun.wait()
            }
            gates.watch(nil)
            #expect(half.exitCode == 4 || half.exitCode == 3, "\(half.standardOutput + half.standardError)")
            try await lab.source.start()
            try await lab.sentinels[2].start()
            // The target takes writes only with a replica in sync until the way back is over.
            try await eventually("the way back is completed", within: .seconds(90)) {
                try await migration.planrun("rollback").exitCode == 0
            }
        }

        private func expect(_ finding: String, in migration: Migration) async throws {
            try await eventually("it is told: \(finding)", within: .seconds(60)) {
                let findings = try migration.state()["look"]?.mark?["findings"]?.array ?? []
                return findings.contains { $0["text"]?.string?.hasPrefix(finding) == true }
            }
        }
    }
}
