import Hooks
import Operations
import PlanModel

/// Looks at receivers before anything is sent to them.
struct ReceiverPreview: Sendable {
    let receivers: [Receiver]
    let hooks: PlanHooks
    let secrets: SecretReader

    /// One sentence for each receiver that cannot be told now, or whose messages others could read on the way.
    func warnings() -> [String] {
        receivers.compactMap { receiver in
            switch receiver.channel {
            case .command(let command):
                return hooks.obstacle(command).map { "'\(receiver.name)' cannot be told: \($0.what)" }
            case .webhook(let webhook): return warning(receiver.name, webhook)
            }
        }
    }

    private func warning(_ name: String, _ webhook: Webhook) -> String? {
        do throws(DeliveryProblem) {
            let url = try WebhookRequest(webhook, secrets).target().url
            return WebhookAddress.isInClear(url)
                ? "'\(name)' is told over http: others can read it on the way" : nil
        } catch {
            return "'\(name)' cannot be told: \(error.words)"
        }
    }
}
