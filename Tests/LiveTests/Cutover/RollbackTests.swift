import Execution
import FoundationEssentials
import Glibc
import Operations
import RESP
import RedisTopology
import Rehearsal
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// The way back, before and after the cutover.
    @Suite struct RollbackTests {
        @Test func `before the cutover the target is detached, empty and forgotten, and stays so`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 3, infoPeriod: .milliseconds(200)))) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                try await migration.fill()
                try await migration.underLoad("rollback before the cutover") { _ in
                    let outcome = try await migration.planrun("apply")
                    #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                    #expect(outcome.complaint.contains("--approve approval   say yes and go on"))
                    try await lab.expectUntouched(targetFollows: true)
                    try await eventually("every Sentinel knows the target") {
                        try await lab.sentinelsKnowingTarget() == 3
                    }
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                    try await lab.expectForgotten()
                }
                try await lab.expectUntouched()
                #expect(try migration.state().status == .rolledBack)
            }
        }

        /// What the run wrote there comes back when the server is started again, so it is not as if nothing were left.
        @Test func `a configuration file that cannot be written any more is told, and what to type`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(approval: true))
                #expect(try await migration.planrun("apply").exitCode == 3)
                let file = try lab.target.withFolderForFile()
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 4, "\(back.standardOutput + back.standardError)")
                let text = back.complaint
                #expect(text.contains("is left on the servers, but for a configuration file"), "\(text)")
                #expect(text.contains("(ERR Rewriting config file: Is a directory)"), "\(text)")
                let (source, target) = (lab.address(of: lab.source), lab.address(of: lab.target))
                #expect(text.contains("target \(target): could not write its configuration file"), "\(text)")
                #expect(
                    text.contains("started again it would follow \(source), and have the run's replica-priority"),
                    "\(text)")
                #expect(try await lab.type(back.linesToType).count == 1)
                file.putBack()
                #expect(try await lab.type(back.linesToType) == [])
                try await lab.expectUntouched()
            }
        }

        @Test func `with 'after-cutover: stop' there is no way back, and nothing is changed`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                try await migration.underLoad("rollback after the cutover, stop") { _ in
                    #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                    let before = try readText(migration.stateFile)
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 4, "\(back.standardOutput + back.standardError)")
                    #expect(back.errors == ["error[past-point-of-no-return]"])
                    #expect(try readText(migration.stateFile) == before)
                }
                try await lab.expectMigrated()
            }
        }

        /// How often it goes there and back: three times, or `PLANRUN_RETURNS`.
        private static var rounds: Int { ProcessInfo.processInfo.environment["PLANRUN_RETURNS"].flatMap(Int.init) ?? 3 }

        /// The commands of the guide are typed again and again. Nothing is asked and nothing is lost, and each way back
        /// tells what it measured.
        @Test(arguments: [("sentinel", 1), ("fastest", 3)])
        func `there and back again as the guide says, several times in a row`(method: String, sentinels: Int)
            async throws
        {
            var description = LabDescription.quick
            description.sentinels?.count = sentinels
            description.replicaCount = 1
            try await withLab(description) { lab in
                let steps = Migration.steps(failover: "via: \(method), write-pause: 2s")
                let migration = try Migration(lab, steps: steps, afterCutover: nil)
                try await migration.fill()
                for round in 1...Self.rounds {
                    // After 'decommission' there would be no way back.
                    for line in try Self.guide() where !["rollback", "decommission"].contains(line.first) {
                        let outcome = try await migration.type(line)
                        #expect(outcome.exitCode == 0, "\(line): \(outcome.standardOutput + outcome.standardError)")
                    }
                    try await lab.expectMigrated()
                    try await migration.underLoad("back via \(method), round \(round)") { _ in
                        let line = try #require(try Self.guide().first { $0.first == "rollback" })
                        let back = try await migration.type(line)
                        #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                        let promise = /No write will be lost; writes stall for about [0-9.]+ s, as in the cutover/
                        #expect(back.complaint.contains(promise), "\(back.complaint)")
                        #expect(back.standardOutput.contains { $0.contains("clients that ask SENTINEL MASTERS") })
                    }
                    #expect(try migration.state().status == .rolledBack)
                    // The writers saw the steps before the cutover taken back, too, so their gap is not this one.
                    for fact in ["writeGapSeconds", "pauseSeconds", "slowestClientsSeconds"] {
                        #expect(try migration.returnFacts()[fact] != nil, "\(fact)")
                    }
                    try await lab.expectUntouched()
                }
                try await lab.expectForgotten()
                let history = try await migration.planrun("status", "--history").standardOutput
                #expect(history.count { $0.hasPrefix("  rolled back, begun ") } == Self.rounds, "\(history)")
                #expect(history.count { $0.contains(/write gap [0-9.]+ s, in going back [0-9.]+ s/) } == Self.rounds)
            }
        }

        /// The commands of the guide, as words after `planrun`, without the name of the plan.
        private static func guide() throws -> [[String]] {
            let root = #filePath.dropLast("Tests/LiveTests/Cutover/RollbackTests.swift".count)
            let text = try readText(root + "Sources/planrun/planrun.docc/GoingBack.md")
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("planrun ") }
            #expect(lines.count == 6)
            return lines.map {
                $0.split(separator: " ").dropFirst().map(String.init).filter { $0 != "plans/prod.yaml" }
            }
        }

        @Test func `with 'keep' nothing is given up unasked when the source does not follow any more`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, afterCutover: "keep")
                try await migration.fill(keys: 200)
                #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.source)
                try await lab.send(["SET", "only", "here"], to: lab.target)
                let before = try readText(migration.stateFile)
                let refused = try await migration.planrun("rollback")
                #expect(refused.exitCode == 4, "\(refused.standardOutput + refused.standardError)")
                #expect(refused.errors == ["error[source-does-not-follow]"])
                #expect(refused.complaint.contains("going back loses "), "\(refused.complaint)")
                #expect(refused.commandsOffered.first == "rollback")
                #expect(try readText(migration.stateFile) == before)
                #expect(try await lab.send(["GET", "only"], to: lab.target).string == "here")
                let (host, port) = (lab.target.address.host, String(lab.target.address.port))
                try await lab.send(Command(["REPLICAOF", host, port]), to: lab.source)
                try await eventually("the source follows in sync again", within: .seconds(20)) {
                    let upstream = try ReplicationInfo(try await lab.send(["INFO", "replication"], to: lab.source))
                        .upstream
                    return upstream?.isLinkUp == true && upstream?.isSyncing == false
                }
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                #expect(try await lab.send(["GET", "only"], to: lab.source).string == "here")
                try await lab.expectUntouched()
            }
        }

        /// The source was promoted, and nobody else knows of it yet.
        @Test func `a target that dies while it hands over is not needed for the end of the way back`() async throws {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withGatedLab(description) { lab, gates in
                let migration = try Migration(lab, afterCutover: "keep", sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                try await migration.underLoad("the target dies in going back") { _ in
                    let half = try await PlanrunProcess.run(["rollback", migration.plan]) { process in
                        gates.at(Moment("", after: true, "source: REPLICAOF NO ONE")) {
                            .passThen { await lab.target.kill() }
                        }
                        return try await process.wait()
                    }
                    #expect(half.exitCode == 4, "\(half.standardOutput + half.standardError)")
                    gates.watch(nil)
                    let back = try await migration.planrun("rollback", "--discard-writes", "all")
                    #expect(
                        back.standardOutput.contains { $0.contains("ok undo failover: ") },
                        "\(back.standardOutput + back.standardError)")
                }
                try await lab.expectSourceAlone()
            }
        }

        @Test func `more writes than were agreed to are not given up`() async throws {
            // A Sentinel asks a replica without a link once a second, and promotes it only if its last answer is young
            // enough.
            try await withDragonflyLab(LabDescription(sentinels: .init(infoPeriod: .milliseconds(500)))) { lab, _ in
                let migration = try Migration(lab, afterCutover: "discard-writes")
                #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                for number in 0..<10 {
                    try await lab.send(Command(["SET", "since:\(number)", "value"]), to: lab.target)
                }
                let refused = try await migration.planrun("rollback", "--discard-writes", "3")
                #expect(refused.exitCode == 3, "\(refused.standardOutput + refused.standardError)")
                #expect(refused.errors == ["error[more-writes-given-up]"])
                // The count is that of the ten writes and of the two with which planrun's verification set a key and
                // deleted it.
                #expect(refused.complaint.contains("going back loses 12 writes"), "\(refused.complaint)")
                // Applications that go on writing make any number too small.
                #expect(refused.complaint.contains("\(migration.plan) --discard-writes all   go back, however many"))
                try await lab.expectMigrated(sourceFollows: false)
                #expect(try await lab.send(["GET", "since:9"], to: lab.target).string == "value")

                let back = try await migration.planrun("rollback", "--discard-writes", "all")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                try await lab.expectUntouched()
                try await lab.expectForgotten()
                #expect(try await lab.send(["SET", "here", "again"], to: lab.source).string == "OK")
            }
        }

        /// Nobody can ask it for what it had. Dead by itself after the cutover, or together with planrun right after its
        /// promotion, when no Sentinel names it yet.
        @Test(arguments: [Engine.redis, .dragonfly], [false, true])
        func `a target that is gone for good is not needed for the way back`(engine: Engine, isEarly: Bool) async throws
        {
            var description = LabDescription.quick
            description.sentinels?.count = 3
            try await withGatedLab(description, target: engine) { lab, gates in
                let migration = try Migration(lab, afterCutover: "discard-writes", sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    if isEarly { gates.kill(process, at: Moment("", after: true, "target: REPLICAOF NO ONE")) }
                    _ = try await process.wait()
                }
                gates.watch(nil)
                await lab.target.kill()
                let asked = try await migration.planrun("rollback")
                #expect(asked.exitCode == 3, "\(asked.standardOutput + asked.standardError)")
                #expect(asked.errors == ["error[confirmation-missing]"])
                #expect(
                    asked.complaint.contains(": it does not answer, so their number is not known"))
                let counted = try await migration.planrun("rollback", "--discard-writes", "5")
                #expect(counted.errors == ["error[more-writes-given-up]"])
                let back = try await migration.planrun("rollback", "--discard-writes", "all")
                #expect(back.standardOutput.contains { $0.contains("ok undo failover: ") }, "\(back.standardOutput)")
                #expect(back.exitCode == 4)
                #expect(back.commandsOffered == ["rollback", "abandon"], "\(back.complaint)")
                try await lab.expectSourceAlone()
                let ended = try await migration.planrun("abandon", "--leave-behind")
                #expect(ended.exitCode == 4, "\(ended.complaint)")
                #expect(ended.complaint.contains("may still follow \(lab.address(of: lab.source))"))
            }
        }

        /// Each verb records what servers were like, and finds settings that another one has made.
        @Test func `a way back that was stopped, given up and begun again leaves no setting of ours`() async throws {
            try await withGatedLab(.quick) { lab, gates in
                let migration = try Migration(lab, afterCutover: "keep", sentinels: gates.sentinels)
                try await migration.fill(keys: 200)
                try await migration.underLoad("there, half way back, there again, and back") { _ in
                    #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                    let moments = [
                        Moment("", after: true, "source: CONFIG SET replica-priority"),
                        Moment("", after: true, "target: CONFIG SET min-replicas-to-write"),
                    ]
                    for moment in moments {
                        let stopped = try await PlanrunProcess.run(["rollback", migration.plan]) { process in
                            gates.at(moment) {
                                let isEarly = moment.steps[0].words.last == "replica-priority"
                                return .passThen { await process.send(isEarly ? SIGINT : SIGKILL) }
                            }
                            return try await process.wait()
                        }
                        #expect(stopped.exitCode == 3 || stopped.signal == SIGKILL, "\(stopped)")
                        gates.watch(nil)
                        let resumed = try await migration.planrun("resume", "--auto-approve")
                        #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                        try await lab.expectMigrated()
                        for (name, value) in [("replica-priority", "100"), ("min-replicas-to-write", "0")] {
                            let now = try await lab.send(Command(["CONFIG", "GET", name]), to: lab.target)
                            #expect(now.array?.last?.string == value, "\(name)")
                        }
                    }
                    // Once the source is promoted, going forward would let two servers take writes.
                    try await PlanrunProcess.run(["rollback", migration.plan]) { process in
                        gates.kill(process, at: Moment("", after: true, "source: REPLICAOF NO ONE"))
                        _ = try await process.wait()
                    }
                    gates.watch(nil)
                    let resumed = try await migration.planrun("resume", "--auto-approve")
                    #expect(resumed.exitCode == 4 && resumed.errors == ["error[gone-back]"], "\(resumed.complaint)")
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                }
                try await lab.expectUntouched()
                try await lab.expectForgotten()
            }
        }

        @Test(arguments: ["follow", "fenced"])
        func `with 'after-cutover: stop' and the target gone, it is said how there is a way back`(resting: String)
            async throws
        {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab, steps: Migration.steps(failover: "resting: \(resting)"))
                #expect(try await migration.planrun("apply", "--auto-approve").exitCode == 0)
                await lab.target.kill()
                let refused = try await migration.planrun("rollback")
                #expect(refused.exitCode == 4)
                #expect(refused.errors == ["error[past-point-of-no-return]"])
                #expect(
                    refused.complaint.contains(
                        "'rollback: { after-cutover: discard-writes }' in the plan is a way back"))
                #expect(refused.complaint.contains("by hand the same is:"))
                try await eventually("the Sentinel has read the source's priority", within: .seconds(30)) {
                    let lines = refused.linesToType
                    return resting == "follow"
                        ? try await lab.type(lines, amongThem: .leftFailover) == []
                        : try await lab.type(lines, amongThem: .leftSource, .leftOtherPrimary, .leftPrimary) == []
                }
                try await lab.expectSourceAlone()
            }
        }
    }
}

extension Migration {
    /// - Parameter line: a verb and its options.
    fileprivate func type(_ line: [String]) async throws -> PlanrunProcess.Outcome {
        try await PlanrunProcess.run([line[0], plan] + line.dropFirst())
    }
}

extension Lab {
    /// Waits until the source is the primary that every Sentinel names, with its settings as before, and takes writes.
    fileprivate func expectSourceAlone() async throws {
        let wanted = ["min-replicas-to-write": "0", "min-replicas-max-lag": "10", "replica-priority": "100"]
        try await eventually("the source is the primary again", within: .seconds(30)) {
            let world = try await World.read(self)
            return world.instances[0].role == .primary && world.settings == wanted
                && world.named.allSatisfy { $0 == self.address(of: self.source) }
        }
        #expect(try await send(["SET", "here", "again"], to: source).string == "OK")
    }

    /// How many Sentinels have the target in their list of replicas.
    func sentinelsKnowingTarget() async throws -> Int {
        let port = String(address(of: target).port)
        var count = 0
        for sentinel in sentinels {
            let replicas = try await send(
                Command(["SENTINEL", "REPLICAS", description.sentinels?.primary ?? ""]), to: sentinel)
            if replicas.array?.contains(where: { $0.array?.contains { $0.string == port } == true }) == true {
                count += 1
            }
        }
        return count
    }

    /// Expects that the target is empty and alone and that no Sentinel knows it, also after each Sentinel has looked at
    /// the source a few times more.
    func expectForgotten() async throws {
        #expect(try await sentinelsKnowingTarget() == 0)
        let before = try await looks()
        var own = 0
        try await eventually("every Sentinel has looked again", within: .seconds(60)) {
            own += 1
            return try await looks() - own > before + 5 * sentinels.count
        }
        #expect(try await sentinelsKnowingTarget() == 0)
        #expect(try await keys(of: target) == 0)
        let replication = try ReplicationInfo(try await send(["INFO", "replication"], to: target))
        #expect(replication.role == .primary)
    }

    /// How often the source was asked for `INFO`, by this method or by the Sentinels. Nobody else asks.
    private func looks() async throws -> Int {
        let info = try Info(try await send(["INFO", "commandstats"], to: source))
        let calls = info["commandstats"]["cmdstat_info"]?.split(separator: ",").first?.split(separator: "=").last
        return calls.flatMap { Int($0) } ?? 0
    }
}
