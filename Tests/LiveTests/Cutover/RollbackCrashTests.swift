import Execution
import Rehearsal
import TestKit
import Testing

extension LiveCutoverTests {
    /// A rollback after the cutover is killed anywhere under load. Typed again, it ends as an undisturbed one does. No
    /// write is lost, since the source has followed the target all the time.
    ///
    /// Each test tries a few crashes. With `PLANRUN_CRASHES=200` it tries 200 moments, and every command.
    @Suite struct RollbackCrashTests {
        @Test(arguments: Crash.moments.map(\.returning))
        func `at any time`(crash: Crash) async throws {
            try await killed(crash, "at any time") { scene in
                try await scene.run("rollback", []) { try await killWhileItCutsOver($0, scene, crash) }
            }
        }

        /// Commands are counted from the first that changes something. The kill comes before the server gets the
        /// command, or after.
        @Test(arguments: Crash.cases(of: 2 * 50, after: 0, in: CutoverVariant.returning))
        func `at any command`(crash: Crash) async throws {
            let (number, isAfter) = (crash.position / 2 + 1, crash.position % 2 == 1)
            try await killed(crash, "\(isAfter ? "after" : "before") command \(number)") { scene in
                try await scene.run("rollback", []) { process in
                    kill(process, at: number, isAfter: isAfter, of: scene.gates)
                    _ = try await process.wait()
                }
            }
        }

        private func killed(
            _ crash: Crash, _ title: String, _ kill: @Sendable (Scene) async throws -> Void
        ) async throws {
            try await crash.variant.withMigration(sentinels: 2, afterCutover: "keep") { migration, gates in
                try await migration.underApplications("rollback killed \(title), \(crash.variant.testDescription)") {
                    load in
                    let applied = try await migration.planrun("apply", "--auto-approve")
                    #expect(applied.exitCode == 0, "\(applied.standardOutput + applied.standardError)")
                    try await kill(Scene(migration: migration, gates: gates, load: load))
                    gates.watch(nil)
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                }
                #expect(try migration.state().status == .rolledBack)
                try await crash.variant.expectEnd(of: migration)
            }
        }
    }
}

extension Crash {
    /// The crash at the same position, but in a cutover from which there is a way back without loss.
    fileprivate var returning: Crash {
        let variants = CutoverVariant.returning
        return Crash(position: position, variant: variants[position % variants.count])
    }
}
