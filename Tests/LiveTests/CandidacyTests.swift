import Execution
import Operations
import RESP
import RedisTopology
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// The source dies while the target has only a part of its data.
    @Suite struct CandidacyTests {
        /// Each key of a full sync takes a while.
        private static var slow: LabDescription {
            var description = LabDescription(
                sentinels: .init(downAfter: .seconds(3), failoverTimeout: .seconds(10), infoPeriod: .milliseconds(200)))
            description.source.extraLines = ["appendonly yes", "appendfsync no", "rdb-key-save-delay 10000"]
            return description
        }

        @Test func `nobody is promoted, and all is there when the source comes back`() async throws {
            try await withLab(Self.slow) { lab in
                let migration = try Migration(lab)
                try await migration.fill(keys: 500)
                try await migration.underLoad("death of the source in the sync") { _ in
                    try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                        try await eventually("a Sentinel knows the target, which is in its full sync") {
                            let (hasEnded, complaint) = await (process.hasEnded, process.standardError)
                            try #require(!hasEnded, "\(complaint)")
                            let isKnown = try await lab.sentinelsKnowingTarget() == 1
                            let upstream = try await lab.replication(of: lab.target).upstream
                            return isKnown && upstream?.isSyncing == true
                        }
                        await lab.source.kill()
                        try await eventually("the Sentinel has found nobody to promote") {
                            try readText(lab.sentinels[0].logFile.string).contains("-failover-abort-no-good-slave")
                        }
                        #expect(try await lab.replication(of: lab.target).role == .replica)
                        try await lab.source.start()
                        try await lab.send(["CONFIG", "SET", "rdb-key-save-delay", "0"], to: lab.source)
                        let outcome = try await process.wait()
                        #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                        #expect(outcome.errors == ["error[source-restarted]"], "\(outcome.complaint)")
                        try await lab.follow(.detachedCopy, in: outcome.standardError, at: lab.target)
                    }
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                    try await lab.expectUntouched()
                    let priority = try await lab.send(["CONFIG", "GET", "replica-priority"], to: lab.target)
                    #expect(priority.array?.last?.string == "100")
                    let again = try await migration.planrun("apply", "--auto-approve")
                    #expect(again.exitCode == 0, "\(again.standardOutput + again.standardError)")
                }
                try await lab.expectMigrated()
            }
        }
    }
}
