import Execution
import Glibc
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// The Sentinels do by themselves what the run waits to do.
    @Suite struct ForestalledTests {
        /// The source dies, or only hangs, while a person thinks about the cutover.
        @Test(arguments: [false, true])
        func `a target that the Sentinels promote while a person thinks is gone on from`(comesBack: Bool) async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withLab(description) { lab in
                let migration = try Migration(
                    lab, steps: Migration.steps(approval: true), afterCutover: "discard-writes")
                try await migration.fill(keys: 200)
                #expect(try await migration.planrun("apply").exitCode == 3)
                try await eventually("every Sentinel knows the target") { try await lab.sentinelsKnowingTarget() == 3 }
                await lab.source.kill()
                try await eventually("every Sentinel names the target", within: .seconds(60)) {
                    try await World.read(lab).named.allSatisfy { $0 == lab.address(of: lab.target) }
                }
                if comesBack { try await lab.source.start() }
                let back = try await migration.planrun("rollback", "--discard-writes", "all")
                #expect(back.exitCode == 4)
                #expect(back.complaint.contains("this run has not made it, so it cannot take it back"))
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(!resumed.complaint.contains("empty the target"), "\(resumed.complaint)")
                if !comesBack {
                    #expect(resumed.exitCode == 4, "\(resumed.standardOutput + resumed.standardError)")
                    #expect(resumed.errors == ["error[old-primary-not-settled]"])
                    try await lab.source.start()
                    let again = try await migration.planrun("resume", "--auto-approve")
                    #expect(again.exitCode == 0, "\(again.standardOutput + again.standardError)")
                } else {
                    #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                }
                try await lab.expectMigrated()
                let plan = try await migration.planrun("plan")
                #expect(plan.exitCode == 0)
                #expect(plan.standardOutput.contains { $0.hasPrefix("nothing to do: 'live' was carried out at ") })
            }
        }
    }
}
