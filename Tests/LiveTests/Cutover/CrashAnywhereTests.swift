import Execution
import Glibc
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveCutoverTests {
    /// `planrun` is killed anywhere in a cutover under load, and `resume` ends as an undisturbed run does.
    ///
    /// Each test tries a few crashes. With `PLANRUN_CRASHES=200` it tries 200 moments, and every state write and every
    /// command.
    @Suite struct CrashAnywhereTests {
        /// Every other time the first resume is killed as well. Every fourth time nobody resumes until the servers have
        /// gone on by themselves.
        @Test(arguments: Crash.moments)
        func `at any time`(crash: Crash) async throws {
            try await killed(crash, "at any time") { scene in
                try await scene.run("apply") { try await killWhileItCutsOver($0, scene, crash) }
                if crash.position % 2 == 1 {
                    try await scene.run("resume") { try await killSoon($0, crash) }
                }
                guard crash.position % 4 == 3 else { return }
                let before = await scene.load.acknowledgedCount
                try await eventually("writes go on without planrun", within: .seconds(60)) {
                    await scene.load.acknowledgedCount > before + 200
                }
            }
        }

        /// The kill comes before the write takes effect, or right after it. A run has at least 13 writes; steps that
        /// end close together share a write.
        @Test(arguments: Crash.cases(of: 2 * 13, after: 3))
        func `at any state write`(crash: Crash) async throws {
            let (number, isAfter) = (crash.position / 2 + 1, crash.position % 2 == 1)
            try await killed(crash, "\(isAfter ? "after" : "in") state write \(number)") { scene in
                try await scene.run("apply") { process in
                    let watch = FolderWatch(scene.migration.lab.folder.path.string)
                    async let killing: Void = kill(process, at: number, isAfter: isAfter, of: watch)
                    _ = try await process.wait()
                    watch.close()
                    await killing
                }
            }
        }

        /// Commands are counted from the first that changes something. The kill comes before the server gets the
        /// command, or after.
        @Test(arguments: Crash.cases(of: 2 * 60, after: 1))
        func `at any command`(crash: Crash) async throws { try await killedAtCommand(crash) }

        /// In these runs a Sentinel promotes the target once the source is gone.
        @Test(arguments: Crash.cases(of: 2 * 30, after: 0, in: [.shutdown]))
        func `at any command, where the source is shut down`(crash: Crash) async throws {
            try await killedAtCommand(crash)
        }

        private func killedAtCommand(_ crash: Crash) async throws {
            let (number, isAfter) = (crash.position / 2 + 1, crash.position % 2 == 1)
            try await killed(crash, "\(isAfter ? "after" : "before") command \(number)") { scene in
                try await scene.run("apply") { process in
                    kill(process, at: number, isAfter: isAfter, of: scene.gates)
                    _ = try await process.wait()
                }
            }
        }

        private func killed(
            _ crash: Crash, _ title: String, _ kill: @Sendable (Scene) async throws -> Void
        ) async throws {
            try await crash.variant.withMigration(sentinels: 2) { migration, gates in
                try await migration.underApplications("killed \(title), \(crash.variant.testDescription)") { load in
                    try await kill(Scene(migration: migration, gates: gates, load: load))
                    gates.watch(nil)
                    let outcome = try await migration.goOn()
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(try migration.state().status == .succeeded)
                }
                try await crash.variant.expectEnd(of: migration)
            }
        }
    }
}
