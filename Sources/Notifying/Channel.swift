import PlanModel

/// One event for one receiver.
struct Message: Sendable, Equatable {
    let occasion: Occasion
    /// The event as one line of JSON.
    let event: String
}

/// How a receiver is told.
protocol Channel: Sendable {
    /// Tries once to deliver a message. If the task is cancelled, it is given up.
    func deliver(_ message: Message) async throws(DeliveryProblem)

    /// Gives back what the channel holds. Nothing is delivered after it.
    func close() async
}

/// Why a try failed, in words that hold nothing of an address, a header or an answer.
struct DeliveryProblem: Error, Equatable {
    let words: String
    /// Whether another try can succeed without somebody changing something.
    let canPass: Bool
}

/// Within what bounds receivers are told.
package struct DeliveryLimits: Sendable {
    /// How many messages wait for one receiver. Of more, the oldest are given up: the last ones say how a run ended.
    package var queue = 64
    /// How often one message is tried.
    package var tries = 4
    /// The pause before the second try; each further one is twice as long.
    package var firstPause = Duration.seconds(1)

    package init() {}

    package init(queue: Int, tries: Int, firstPause: Duration) {
        self.queue = queue
        self.tries = tries
        self.firstPause = firstPause
    }
}
