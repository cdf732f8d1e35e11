import PlanModel
import Synchronization
import TestKit
import Testing

@testable import Notifying

/// How one receiver is told, without sockets and processes.
struct DeliveryTests {
    private let limits = DeliveryLimits(queue: 3, tries: 4, firstPause: .zero)

    private func message(_ number: Int) -> Message { Message(occasion: .finding, event: "\(number)") }

    /// Delivers messages 1, 2, … until every one is delivered or given up.
    private func deliver(_ count: Int, by channel: FakeChannel) async -> Delivery.Tally {
        let delivery = Delivery(to: "chat", limits) { channel }
        for number in 1...count { delivery.add(message(number)) }
        delivery.finish()
        await delivery.wait()
        return delivery.count
    }

    @Test func `messages are delivered in order`() async {
        let channel = FakeChannel()
        let tally = await deliver(3, by: channel)
        #expect(channel.tried == ["1", "2", "3"])
        #expect((tally.messages, tally.delivered, tally.failed) == (3, 3, 0))
    }

    @Test func `what can pass is tried four times, and the next message after it`() async {
        let channel = FakeChannel { $0 == "1" ? DeliveryProblem(words: "busy", canPass: true) : nil }
        let tally = await deliver(2, by: channel)
        #expect(channel.tried == ["1", "1", "1", "1", "2"])
        #expect((tally.delivered, tally.failed, tally.reason) == (1, 1, "busy"))
    }

    @Test func `what cannot pass is tried once`() async {
        let channel = FakeChannel { _ in DeliveryProblem(words: "wrong", canPass: false) }
        let tally = await deliver(2, by: channel)
        #expect(channel.tried == ["1", "2"])
        #expect((tally.failed, tally.reason) == (2, "wrong"))
    }

    @Test func `of more than the queue holds the oldest are given up`() async throws {
        let channel = FakeChannel(isHeld: true)
        let delivery = Delivery(to: "chat", limits) { channel }
        delivery.add(message(1))
        try await eventually("the first is on the way") { channel.tried == ["1"] }
        for number in 2...10 { delivery.add(message(number)) }
        #expect(delivery.count.failed == 6)
        #expect(delivery.count.isWaiting)
        channel.letGo()
        delivery.finish()
        await delivery.wait()
        #expect(channel.tried == ["1", "8", "9", "10"])
        let tally = delivery.count
        #expect((tally.messages, tally.delivered, tally.failed) == (10, 4, 6))
        #expect(tally.reason == "events came faster than it took them")
    }

    @Test func `a try that is cut off says less than those before it`() async throws {
        let channel = FakeChannel { _ in DeliveryProblem(words: "busy", canPass: true) }
        let delivery = Delivery(
            to: "chat", DeliveryLimits(queue: 3, tries: 4, firstPause: .seconds(100_000))
        ) { channel }
        delivery.add(message(1))
        try await eventually("one try has failed") { delivery.count.reason == "busy" }
        delivery.stop()
        await delivery.wait()
        #expect(delivery.count.reason == "busy")
        #expect(channel.tried == ["1"])
    }

    @Test func `what is given up in the middle of a try had no answer`() async throws {
        let channel = FakeChannel(isHeld: true)
        let delivery = Delivery(to: "chat", limits) { channel }
        delivery.add(message(1))
        delivery.add(message(2))
        try await eventually("the first is on the way") { channel.tried == ["1"] }
        delivery.stop()
        await delivery.wait()
        let tally = delivery.count
        #expect(tally.delivered == 0)
        #expect(tally.reason == "it had not answered when planrun ended")
        #expect(channel.tried == ["1"])
    }
}

/// Fails as it is told, or holds every message until it is let go.
private final class FakeChannel: Channel {
    private let problem: @Sendable (String) -> DeliveryProblem?
    private let events = Mutex<[String]>([])
    private let held: AsyncStream<Void>
    private let release: AsyncStream<Void>.Continuation

    init(isHeld: Bool = false, _ problem: @escaping @Sendable (String) -> DeliveryProblem? = { _ in nil }) {
        self.problem = problem
        (held, release) = AsyncStream.makeStream()
        if !isHeld { release.finish() }
    }

    var tried: [String] { events.withLock { $0 } }

    func letGo() { release.finish() }

    func deliver(_ message: Message) async throws(DeliveryProblem) {
        events.withLock { $0.append(message.event) }
        for await _ in held {}
        if Task.isCancelled { throw .cutOff }
        if let problem = problem(message.event) { throw problem }
    }

    func close() async {}
}
