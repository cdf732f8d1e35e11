import Synchronization

/// What one receiver is told: in order, one message after the other, in a task of its own.
final class Delivery: Sendable {
    /// What came of the messages for one receiver.
    struct Tally: Sendable, Equatable {
        /// How many there were.
        var messages = 0
        var delivered = 0
        /// How many were given up.
        var failed = 0
        /// Why the last one was given up.
        fileprivate var problem: DeliveryProblem?
        /// Why the last try of the message that is on the way has failed.
        fileprivate var trouble: DeliveryProblem?

        /// Whether a message waits or is on the way.
        var isWaiting: Bool { delivered + failed < messages }

        /// Why the receiver was not told of everything, in words that hold no secret.
        var reason: String { ((isWaiting ? trouble : problem) ?? .cutOff).words }
    }

    let receiver: String
    private let tally: TallyBox
    private let queue: AsyncStream<Message>.Continuation
    private let worker: Task<Void, Never>
    /// Ends when the last message has been delivered or given up.
    private let end: AsyncStream<Void>

    init(to receiver: String, _ limits: DeliveryLimits, _ channel: @escaping @Sendable () -> any Channel) {
        self.receiver = receiver
        let (messages, queue) = AsyncStream.makeStream(
            of: Message.self, bufferingPolicy: .bufferingNewest(limits.queue))
        let (end, ending) = AsyncStream.makeStream(of: Void.self)
        let tally = TallyBox()
        (self.queue, self.end, self.tally) = (queue, end, tally)
        worker = Task {
            let channel = channel()
            // A stream hands out what it holds even to a task that is cancelled.
            for await message in messages where !Task.isCancelled {
                let problem = await Self.deliver(message, by: channel, limits) { problem in
                    tally.update { $0.trouble = problem }
                }
                tally.update { $0.end(problem) }
            }
            ending.finish()
            await channel.close()
        }
    }

    deinit { queue.finish() }

    /// Never waits. Messages that do not fit are given up, the oldest first.
    func add(_ message: Message) {
        let isComplete = if case .enqueued = queue.yield(message) { true } else { false }
        tally.update { tally in
            tally.messages += 1
            if !isComplete { tally.giveUp(.tooSlow) }
        }
    }

    /// No message will be added any more.
    func finish() { queue.finish() }

    /// Waits until every message is delivered or given up, or until the task is cancelled. May be called once.
    func wait() async { for await _ in end {} }

    /// Gives up what is not delivered yet.
    func stop() { worker.cancel() }

    var count: Tally { tally.value }

    /// - Parameter note: called with why a try has failed that is followed by another one.
    private static func deliver(
        _ message: Message, by channel: any Channel, _ limits: DeliveryLimits, note: (DeliveryProblem) -> Void
    ) async -> DeliveryProblem? {
        var pause = limits.firstPause
        var attempt = 1
        while true {
            do throws(DeliveryProblem) {
                try await channel.deliver(message)
                return nil
            } catch {
                guard error.canPass, attempt < limits.tries else { return error }
                note(error)
                guard (try? await Task.sleep(for: pause)) != nil else { return error }
            }
            pause *= 2
            attempt += 1
        }
    }
}

extension Delivery.Tally {
    /// Counts the message that was on the way: `nil` if it is delivered.
    fileprivate mutating func end(_ problem: DeliveryProblem?) {
        // A try that is cut off says less than why those before it have failed.
        switch problem {
        case nil: delivered += 1
        case .cutOff?: giveUp(trouble ?? .cutOff)
        case let problem?: giveUp(problem)
        }
        trouble = nil
    }

    fileprivate mutating func giveUp(_ problem: DeliveryProblem) {
        failed += 1
        self.problem = problem
    }
}

extension DeliveryProblem {
    static let cutOff = DeliveryProblem(words: "it had not answered when planrun ended", canPass: true)

    fileprivate static let tooSlow = DeliveryProblem(words: "events came faster than it took them", canPass: false)
}

/// The task that delivers counts what came of it, and whoever runs the plan reads that.
private final class TallyBox: Sendable {
    private let tally = Mutex(Delivery.Tally())

    var value: Delivery.Tally { tally.withLock { $0 } }

    func update(_ change: (inout Delivery.Tally) -> Void) { tally.withLock { change(&$0) } }
}
