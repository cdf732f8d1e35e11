import Execution
import FoundationEssentials
import Glibc
import Rehearsal
import Synchronization
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// `planrun` is killed anywhere in a cutover under load, and `resume` ends as an undisturbed run does.
    ///
    /// A few times each; with `PLANRUN_CRASHES=200` at 200 moments, and at every state write and command there is.
    @Suite struct CrashAnywhereTests {
        /// Every other time the first resume is killed as well, and every fourth time nobody resumes until the world goes on by
        /// itself.
        @Test(arguments: Crash.moments)
        func `at any time`(crash: Crash) async throws {
            try await killed(crash, "at any time") { scene in
                try await scene.run("apply") { try await killWhileItCutsOver($0, scene) }
                if crash.position % 2 == 1 {
                    try await scene.run("resume") { try await killSoon($0) }
                }
                guard crash.position % 4 == 3 else { return }
                let before = await scene.load.acknowledgedCount
                try await eventually("writes go on without planrun", within: .seconds(60)) {
                    await scene.load.acknowledgedCount > before + 200
                }
            }
        }

        /// Before it takes effect and right after.
        @Test(arguments: Crash.cases(of: 2 * 20, after: 3))
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

        /// Counted from the first that changes something. Before the server gets it and after.
        @Test(arguments: Crash.cases(of: 2 * 60, after: 1))
        func `at any command`(crash: Crash) async throws {
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
                try await migration.underLoad("killed \(title), \(crash.variant.testDescription)") { load in
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

/// A migration that is about to be killed.
private struct Scene: Sendable {
    let migration: Migration
    let gates: Gates
    let load: WriteLoad

    func run(_ verb: String, _ body: @Sendable (PlanrunProcess) async throws -> Void) async throws {
        try await PlanrunProcess.run([verb, migration.plan, "--auto-approve"], body: body)
    }
}

extension Migration {
    /// Resumes what there is to resume; a run that was killed before its first state write is begun.
    fileprivate func goOn() async throws -> PlanrunProcess.Outcome {
        try await planrun(StateFile(path: stateFile).exists ? "resume" : "apply", "--auto-approve")
    }
}

/// Within the time that a cutover takes, and some more: then it was not disturbed.
private func killWhileItCutsOver(_ process: PlanrunProcess, _ scene: Scene) async throws {
    let hasBegun = Flag()
    scene.gates.watch { sighting in
        if sighting.changesSomething { hasBegun.set(true) }
        return .pass
    }
    try await eventually("the cutover has begun", within: .seconds(60)) {
        let hasEnded = await process.hasEnded
        return hasBegun.isSet || hasEnded
    }
    try await killSoon(process)
}

private func killSoon(_ process: PlanrunProcess) async throws {
    try await Task.sleep(for: .microseconds(Int.random(in: 0..<1_200_000)))
    await process.send(SIGKILL)
    _ = try await process.wait()
}

/// - Parameter number: counted from 1. Where there are fewer, nothing is killed.
private func kill(_ process: PlanrunProcess, at number: Int, isAfter: Bool, of watch: FolderWatch) async {
    var seen = 0
    for await event in watch.events {
        switch event {
        case .created(let name) where !isAfter && name.hasSuffix(".state.json.tmp"): seen += 1
        case .moved(let name) where isAfter && name.hasSuffix(".state.json"): seen += 1
        case .created, .moved: continue
        }
        if seen == number { await process.send(SIGKILL) }
    }
    if seen < number { print("not killed: there were \(seen) state writes, and none is number \(number)") }
}

/// - Parameter number: counted from 1. Where there are fewer, nothing is killed.
private func kill(_ process: PlanrunProcess, at number: Int, isAfter: Bool, of gates: Gates) {
    let seen = Mutex(0)
    gates.watch { sighting in
        let isIt = seen.withLock { seen in
            guard seen > 0 ? sighting.isOfPlanrun : sighting.changesSomething else { return false }
            seen += 1
            return seen == number
        }
        guard isIt else { return .pass }
        print("killed \(isAfter ? "after" : "before") \(sighting)")
        if isAfter { return .passThen { await process.send(SIGKILL) } }
        await process.send(SIGKILL)
        return .drop
    }
}

extension Gate.Sighting {
    /// Of a cutover, the first.
    fileprivate var changesSomething: Bool {
        switch (words.first, words.dropFirst().first) {
        case ("CONFIG", "SET"), ("CLIENT", "PAUSE"), ("ACL", "SETUSER"): true
        default: false
        }
    }

    /// Writers and Sentinels send other commands to source and target, and reach the Sentinels past the gates.
    fileprivate var isOfPlanrun: Bool {
        if server.hasPrefix("sentinel") { return true }
        switch words.first {
        case "INFO": return words.count > 1
        case "CONFIG": return words.dropFirst().first != "REWRITE"
        case "CLIENT": return ["PAUSE", "UNPAUSE"].contains(words.dropFirst().first)
        case "ROLE": return server == "target"
        case "REPLICAOF", "COMMAND", "ACL": return true
        default: return false
        }
    }
}
