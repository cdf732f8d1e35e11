import Execution
import Glibc
import RESP
import RedisTopology
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
                    #expect(resumed.complaint.contains("nobody has fenced it"), "\(resumed.complaint)")
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

        /// The source dies while a person thinks, and the Sentinels make another replica the primary.
        @Test(arguments: ["resume", "rollback"])
        func `a run whose source another server has replaced goes on from there, or back`(way: String) async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            description.replicaCount = 1
            try await withLab(description) { lab in
                let steps = Migration.steps(approval: true)
                // Without a preflight it is the step itself that says so.
                let migration = try Migration(lab, steps: way == "rollback" ? Array(steps.dropFirst()) : steps)
                try await migration.fill(keys: 200)
                try await lab.send(["CONFIG", "SET", "replica-priority", "1"], to: lab.replicas[0])
                try await lab.waitUntilReplicaIsKnown()
                try await migration.underLoad("\(way) after another replica was promoted") { _ in
                    #expect(try await migration.planrun("apply").exitCode == 3)
                    try await lab.replaceSource()
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect([1, 3].contains(resumed.exitCode), "\(resumed.complaint)")
                    #expect(resumed.commandsOffered == ["resume", "rollback", "abandon"], "\(resumed.complaint)")
                    if way == "rollback" {
                        #expect(resumed.errors == ["error[source-replaced]"])
                        let back = try await migration.planrun("rollback")
                        #expect(back.exitCode == 0, "\(back.complaint)")
                    } else {
                        try await goOn(migration)
                    }
                }
                if way == "rollback" { try await expectUntouchedTarget(lab) } else { try await expectMigrated(lab) }
            }
        }

        private func goOn(_ migration: Migration) async throws {
            let lab = migration.lab
            let text = try readText(migration.plan)
            let (former, new) = ("\(lab.address(of: lab.source))", "\(lab.address(of: lab.replicas[0]))")
            try writeText(text.replacing(former, with: new), migration.plan)
            let refused = try await migration.planrun("resume")
            #expect(refused.exitCode == 2)
            #expect(refused.errors == ["error[plan-changed]"])
            let offered = try #require(refused.linesOffered.first)
            #expect(offered.hasPrefix("planrun resume \(migration.plan) --accept-plan-change "), "\(offered)")
            // As long as it is dead, the Sentinels might promote it instead of the target when it comes back.
            try await lab.source.start()
            try await eventually("the former source follows the new one") {
                try await lab.replication(of: lab.source).upstream?.isLinkUp == true
            }
            let resumed = try await migration.planrun("resume", "--accept-plan-change", "--auto-approve")
            #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
            #expect(
                resumed.complaint.contains("the source is \(new) from now on, no longer \(former)"),
                "\(resumed.complaint)")
        }

        private func expectMigrated(_ lab: Lab) async throws {
            let (target, replaced) = (lab.address(of: lab.target), lab.replicas[0])
            try await eventually("the target is the primary, and what replaced the source follows it") {
                let upstream = try await lab.replication(of: replaced).upstream
                return try await World.read(lab).named.allSatisfy { $0 == target }
                    && upstream?.primary == target && upstream?.isLinkUp == true
            }
            let priority = try await lab.send(["CONFIG", "GET", "replica-priority"], to: replaced)
            #expect(priority.array?.last?.string == "0")
        }

        private func expectUntouchedTarget(_ lab: Lab) async throws {
            #expect(try await lab.replication(of: lab.target).role == .primary)
            #expect(try await lab.keys(of: lab.target) == 0)
            #expect(try await lab.sentinelsKnowingTarget() == 0)
            let priority = try await lab.send(["CONFIG", "GET", "replica-priority"], to: lab.target)
            #expect(priority.array?.last?.string == "100")
        }
    }
}

extension Lab {
    /// Kills the source, and waits until the Sentinels have made its other replica the primary, which the target follows.
    fileprivate func replaceSource() async throws {
        let successor = address(of: replicas[0])
        // What the replica has not received yet dies with the source, so it gets all that was acknowledged.
        try await send(["CLIENT", "PAUSE", "60000", "WRITE"], to: source)
        try await eventually("the other replica has every write") {
            let reached = try await replication(of: replicas[0]).upstream?.offset
            return try await replication(of: source).offset == reached
        }
        await source.kill()
        try await eventually("every Sentinel names the other replica", within: .seconds(60)) {
            try await World.read(self).named.allSatisfy { $0 == successor }
        }
        try await eventually("the target follows the other replica", within: .seconds(60)) {
            let upstream = try await replication(of: target).upstream
            return upstream?.primary == successor && upstream?.isLinkUp == true
        }
    }
}
