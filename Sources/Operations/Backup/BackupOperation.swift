package import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `backup`: makes the source save its data, and waits until the save has succeeded.
///
/// A server does only one save at a time. If another one is running, such as that of a full sync, planrun first waits
/// until it ends.
package struct BackupOperation: Operation {
    let servers: Servers
    let step: BackupStep

    static let rights: [Right] = [.save, .time]

    private var source: Server { servers.source }

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let state = try await source.persistence()
        guard step.maxAge > .zero, state.lastSaveSucceeded != false, let saved = state.lastSave else {
            return .ready(undo: nil)
        }
        let age = Duration.seconds(try await serverTime() - saved)
        let hasSavedItself = age < (try await source.serverInfo().uptime ?? .zero) - .seconds(1)
        guard hasSavedItself, age <= step.maxAge else { return .ready(undo: nil) }
        return .done("the last save is \(age.planText) old")
    }

    package func perform(_ context: StepContext) async throws {
        try await waitWhileSaving(context, "the save that is running to end")
        let command: Command = ["BGSAVE"]
        let before = try await serverTime()
        if case .error(let error) = try await source.replies(to: [command])[0] {
            // A full sync may have begun a save in between. Then the next attempt waits for that save to end.
            var refusal = source.refusal(of: command, error)
            refusal.isTransient = try await source.persistence().isSaveInProgress
            refusal.world = ["nothing was saved; nothing else was changed"]
            throw refusal
        }
        try await waitWhileSaving(context, "the save to end")
        let state = try await source.persistence()
        guard state.lastSaveSucceeded != false, let saved = state.lastSave, saved >= before else {
            throw StepFailure(
                code: .saveFailed, what: "the save did not end well", place: [source.name],
                world: ["the source goes on as before; its former save file is still there"],
                help: ["look at the log and the disk of \(source.endpoint)"])
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let saved = try await source.persistence().lastSave ?? 0
        return StepResult("\(source.endpoint) has saved its data", facts: ["savedAt": .int(saved)])
    }

    package func undo(_ context: StepContext) async throws -> StepResult? { nil }

    private func waitWhileSaving(_ context: StepContext, _ what: String) async throws {
        while true {
            let persistence = try await source.info("persistence")["persistence"]
            guard persistence["rdb_bgsave_in_progress"] == "1" else { return }
            if context.isDraining { throw CancellationError() }
            context.report(progress(persistence, what))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }

    private func progress(_ persistence: Info.Section, _ what: String) -> Progress {
        guard let done = persistence["current_save_keys_processed"].flatMap({ Int64($0) }),
            let total = persistence["current_save_keys_total"].flatMap({ Int64($0) }), total > 0
        else { return Progress(what) }
        return Progress(what, now: "\(done) of \(total) keys", wanted: "all", fraction: Double(done) / Double(total))
    }

    /// The server's own time, in seconds since 1970. The times of its saves are on this clock.
    private func serverTime() async throws(StepFailure) -> Int64 {
        try await source.ask(["TIME"]).array?.first?.integer ?? Int64(WallClock.now())
    }
}
