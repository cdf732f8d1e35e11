import Diagnostics
package import Execution
package import Hooks
package import PlanModel
import Synchronization

/// Tells the receivers of a plan what happens in a run, beside the run: no event waits for a receiver, and nothing that a
/// receiver does or fails to do reaches the run.
package final class Notifier: Sendable {
    private let plan: String
    private let occasions: Mutex<Occasions>
    private let deliveries: [(occasions: Set<Occasion>, delivery: Delivery)]
    private let preview: ReceiverPreview

    /// What a receiver was not told.
    package struct Undelivered: Sendable, Equatable {
        /// The receiver's name.
        package let receiver: String
        package let count: Int
        /// How many events there were for it.
        package let total: Int
        /// Why, in words that hold no secret.
        package let problem: String
    }

    /// - Parameters:
    ///   - environment: the variables of this process, among them those that hold the secrets of webhooks.
    ///   - hooks: runs the commands of receivers.
    package init(
        _ plan: Plan, environment: [String: String], hooks: PlanHooks, limits: DeliveryLimits = DeliveryLimits()
    ) {
        self.plan = plan.name
        occasions = Mutex(Occasions(plan))
        let secrets = SecretReader(planPath: plan.file.path, environment: environment)
        preview = ReceiverPreview(receivers: plan.receivers, hooks: hooks, secrets: secrets)
        deliveries = plan.receivers.map { receiver in
            let delivery = Delivery(to: receiver.name, limits) {
                switch receiver.channel {
                case .command(let command):
                    CommandChannel(command: command, timeout: receiver.timeout, hooks: hooks)
                case .webhook(let webhook):
                    WebhookChannel(WebhookRequest(webhook, secrets), timeout: receiver.timeout)
                }
            }
            return (Set(receiver.occasions), delivery)
        }
    }

    /// What can be said before anything is sent: who cannot be told as things are, and whose messages others could read.
    package func warnings() -> [String] { preview.warnings() }

    /// Called with every event of the run, in order. Never waits.
    package func receive(_ event: RunEvent) {
        for occasion in occasions.withLock({ $0.receive(event) }) {
            let concerned = deliveries.filter { $0.occasions.contains(occasion) }
            guard !concerned.isEmpty else { continue }
            let message = Message(
                occasion: occasion, event: event.json(notification: occasion.rawValue, plan: plan))
            for entry in concerned { entry.delivery.add(message) }
        }
    }

    /// The receivers for which something is on the way or waits.
    package var waiting: [String] {
        deliveries.map(\.delivery).filter(\.count.isWaiting).map(\.receiver)
    }

    /// Waits until everything is delivered, for no longer than the given time, and gives up the rest. The task that waits
    /// may be cancelled, which gives it up at once. Called once, after the last event.
    package func close(within bound: Duration) async -> [Undelivered] {
        for entry in deliveries { entry.delivery.finish() }
        await withTaskGroup { group in
            group.addTask { try? await Task.sleep(for: bound) }
            group.addTask { [deliveries] in for entry in deliveries { await entry.delivery.wait() } }
            await group.next()
            group.cancelAll()
        }
        for entry in deliveries { entry.delivery.stop() }
        return deliveries.compactMap { entry in
            let count = entry.delivery.count
            guard count.delivered < count.messages else { return nil }
            return Undelivered(
                receiver: entry.delivery.receiver, count: count.messages - count.delivered, total: count.messages,
                problem: count.reason)
        }
    }
}
