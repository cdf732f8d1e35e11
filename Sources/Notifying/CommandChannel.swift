import Hooks
import Operations
import PlanModel
import Values

/// Runs a command for each event.
struct CommandChannel: Channel {
    let command: RunStep
    let timeout: Duration
    let hooks: PlanHooks

    func deliver(_ message: Message) async throws(DeliveryProblem) {
        let end: HookEnd
        do {
            end = try await timed(message)
        } catch let refusal as HookRefusal {
            throw DeliveryProblem(words: refusal.what, canPass: false)
        } catch {
            throw DeliveryProblem(words: "its command was not started", canPass: false)
        }
        switch end.exitCode {
        case 0: return
        case nil: throw DeliveryProblem(words: "its command did not end within \(timeout.planText)", canPass: true)
        case HookEnd.later: throw DeliveryProblem(words: "its command said 'not now'", canPass: true)
        case let code?: throw DeliveryProblem(words: "its command ended with exit code \(code)", canPass: false)
        }
    }

    func close() async {}

    /// Ends the command when its time is over.
    private func timed(_ message: Message) async throws -> HookEnd {
        try await withThrowingTaskGroup(of: HookEnd?.self) { group in
            group.addTask { try await hooks.tell(command, of: message.occasion, message.event + "\n") }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
                group.cancelAll()
            }
            preconditionFailure("the command is a child of this group and always ends")
        }
    }
}
