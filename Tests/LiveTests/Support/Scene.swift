import FoundationEssentials
import Glibc
import Rehearsal
import Seeding
import Synchronization
import TestKit
import Testing

/// A migration under load whose planrun is going to be killed.
struct Scene: Sendable {
    let migration: Migration
    let gates: Gates
    let load: WriteLoad

    func run(
        _ verb: String, _ options: [String] = ["--auto-approve"],
        _ body: @Sendable (PlanrunProcess) async throws -> Void
    ) async throws {
        try await PlanrunProcess.run([verb, migration.plan] + options, body: body)
    }
}

extension Migration {
    /// Resumes the run; begins it where it was killed before its first state write.
    func goOn() async throws -> PlanrunProcess.Outcome {
        try await planrun(FileManager.default.fileExists(atPath: stateFile) ? "resume" : "apply", "--auto-approve")
    }
}

/// Kills planrun at a random moment, within a little more than the time of a cutover. A kill that comes too late
/// disturbs nothing.
func killWhileItCutsOver(_ process: PlanrunProcess, _ scene: Scene, _ crash: Crash) async throws {
    let hasBegun = Flag()
    scene.gates.watch { sighting in
        if sighting.changesSomething { hasBegun.set(true) }
        return .pass
    }
    try await eventually("the cutover has begun", within: .seconds(60)) {
        let hasEnded = await process.hasEnded
        return hasBegun.isSet || hasEnded
    }
    try await killSoon(process, crash)
}

func killSoon(_ process: PlanrunProcess, _ crash: Crash) async throws {
    var luck = crash.luck
    let moment = Duration.microseconds(Int.random(in: 0..<1_200_000, using: &luck))
    Notes.add("killed after \(moment); PLANRUN_SEED=\(SeededRandom.seed) draws the same moments again")
    try await Task.sleep(for: moment)
    await process.send(SIGKILL)
    _ = try await process.wait()
}

/// - Parameter number: the state write to kill at, counted from 1. Where there are fewer, nothing is killed.
func kill(_ process: PlanrunProcess, at number: Int, isAfter: Bool, of watch: FolderWatch) async {
    var seen = 0
    for await event in watch.events {
        switch event {
        case .created(let name) where !isAfter && name.hasSuffix(".state.json.tmp"): seen += 1
        case .moved(let name) where isAfter && name.hasSuffix(".state.json"): seen += 1
        case .created, .moved: continue
        }
        if seen == number { await process.send(SIGKILL) }
    }
    if seen < number { Notes.add("not killed: there were \(seen) state writes, and none is number \(number)") }
}

/// - Parameter number: the command to kill at, counted from 1. Where there are fewer, nothing is killed.
func kill(_ process: PlanrunProcess, at number: Int, isAfter: Bool, of gates: Gates) {
    let seen = Mutex(0)
    // The gates see commands in tasks of their own, which do not inherit the notes of the test.
    let note = Notes.adder
    gates.watch { sighting in
        let isIt = seen.withLock { seen in
            guard seen > 0 ? sighting.isOfPlanrun : sighting.changesSomething else { return false }
            seen += 1
            return seen == number
        }
        guard isIt else { return .pass }
        note("killed \(isAfter ? "after" : "before") \(sighting)")
        if isAfter { return .passThen { await process.send(SIGKILL) } }
        await process.send(SIGKILL)
        return .drop
    }
}

extension Gate.Sighting {
    /// Whether this command changes something. The first such command of a run begins its cutover.
    var changesSomething: Bool {
        switch (words.first, words.dropFirst().first) {
        // 'replicaof' and 'wait-for-sync' decide whether the target may be promoted, and note it.
        case ("CONFIG", "SET") where server == "target":
            !["replica-priority", "proc-title-template"].contains(words.dropFirst(2).first)
        case ("CONFIG", "SET"), ("CLIENT", "PAUSE"), ("ACL", "SETUSER"): true
        default: false
        }
    }

    /// Whether planrun sent this command. Writers and Sentinels send others to source and target, and they reach the
    /// Sentinels without a gate.
    var isOfPlanrun: Bool {
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
