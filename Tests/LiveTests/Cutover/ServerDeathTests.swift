import Execution
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// A server dies in the middle of a cutover under load while `planrun` goes on. What planrun says then leads to a
    /// good end.
    ///
    /// The test tries a few deaths; with `PLANRUN_CRASHES=200` every server at every phase of every method.
    @Suite struct ServerDeathTests {
        @Test(arguments: Crash.some(of: Death.all, sample: Death.sample))
        func `nothing is lost, and the way on is told`(death: Death) async throws {
            try await death.variant.withMigration(sentinels: 3, failoverTimeout: .seconds(10)) { migration, gates in
                if death.followsInAdvance { try await migration.lab.followInAdvance() }
                try await migration.underLoad("death of the \(death.testDescription)", mayLose: death.mayLose) { load in
                    // Errors are recorded here and not thrown, so that lost writes are looked for in any case.
                    await #expect(throws: Never.self) {
                        let outcome = try await apply(migration, gates, death, load)
                        gates.watch(nil)
                        try await goOn(migration, outcome, death)
                    }
                }
                try await death.variant.expectEnd(of: migration, targetFollowed: death.followsInAdvance)
            }
        }

        /// Kills the server at its moment, and runs planrun until it has said what to do about the dead server.
        private func apply(
            _ migration: Migration, _ gates: Gates, _ death: Death, _ load: WriteLoad
        ) async throws -> PlanrunProcess.Outcome {
            let casting = Casting(migration.lab)
            gates.at(death.phase.moment, seeing: casting.see) {
                let kill: @Sendable () async -> Void = { await casting.kill(death.victim, death.comesBack) }
                if death.phase.moment.isAfter { return .passThen(kill) }
                await kill()
                return .pass
            }
            let outcome = try await migration.planrun("apply", "--auto-approve")
            Notes.add(
                "told after the death of the \(death.testDescription), \(outcome.exitCode ?? -1):\n\(outcome.complaint)"
            )
            let dead = try #require(
                await casting.dead, "the moment never came: \(outcome.standardOutput + outcome.standardError)")
            if death.comesBack == .late {
                let before = await load.acknowledgedCount
                try await eventually("writes go on by themselves", within: .seconds(60)) {
                    await load.acknowledgedCount > before + 40
                }
            }
            try await dead.start()
            return outcome
        }

        /// Types what planrun offers until the run is over. A server that was started again is not in sync at
        /// once, so this can take several tries.
        private func goOn(_ migration: Migration, _ first: PlanrunProcess.Outcome, _ death: Death) async throws {
            var (outcome, count) = (first, 0)
            try await eventually("the run is over", within: .seconds(60)) {
                guard outcome.exitCode != 0, try migration.state().status != .rolledBack else { return true }
                count += 1
                try #require(count < 100, "nothing comes of it: \(outcome.standardError)")
                try #require(outcome.saysWhatToDo, "\(outcome.standardOutput + outcome.standardError)")
                let verb = try #require(outcome.advice.first { $0 == death.wayOn } ?? outcome.advice.first)
                outcome = try await PlanrunProcess.run(
                    [verb, migration.plan] + (verb == "rollback" ? [] : ["--auto-approve"]))
                Notes.add("then \(verb), \(outcome.exitCode ?? -1):\n\(outcome.complaint)")
                return false
            }
            #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
        }
    }
}

extension PlanrunProcess.Outcome {
    /// Whether planrun prints an error, something about the servers, and a command to type.
    fileprivate var saysWhatToDo: Bool {
        !errors.isEmpty && !advice.isEmpty && (exitCode == 1 || exitCode == 3 || exitCode == 4)
            && standardError.contains { !$0.hasPrefix("error[") && $0.contains("127.0.0.1:") }
    }

    /// The verbs that are offered, in order.
    fileprivate var advice: [String] {
        standardError.compactMap { line in
            guard let command = line.firstRange(of: "planrun ") else { return nil }
            let verb = line[command.upperBound...].prefix { $0.isLetter }
            return ["resume", "rollback", "apply"].contains(verb) ? String(verb) : nil
        }
    }
}

extension Lab {
    /// Makes the target follow the source until it is in sync and has all data in its append-only file.
    fileprivate func followInAdvance() async throws {
        let source = address(of: source)
        try await send(Command(["REPLICAOF", source.host, String(source.port)]), to: target)
        try await eventually("the target follows") {
            // The Redis behind the stand-in is asked: it has such a file, and a Dragonfly has none.
            let behind = connector.session(ConnectionSettings(address: target.address))
            let info = try Info(try await behind.send(["INFO", "persistence"]))
            await behind.close()
            let isRewriting = info["persistence"]["aof_rewrite_in_progress"] == "1"
            return try await isSynced(target) && !isRewriting
        }
    }
}
