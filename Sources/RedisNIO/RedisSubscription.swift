import NIOCore
import RESP

/// A connection that only receives messages. When it is lost, the stream of messages ends; a caller that wants more
/// subscribes again.
final class RedisSubscription: Subscription {
    let messages: AsyncStream<PublishedMessage>
    /// The number of messages that are kept for a reader; if more arrive, the oldest are dropped.
    private static let mostWaiting = 1_000
    private let loop: any EventLoop
    private let link: NIOLoopBoundBox<Link>
    private let end: @Sendable () -> Void

    init(_ settings: ConnectionSettings, loop: any EventLoop) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PublishedMessage.self, bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        messages = stream
        end = { continuation.finish() }
        self.loop = loop
        let link = Link(
            settings: settings, loop: loop, onMessage: { continuation.yield($0) }, onLost: { continuation.finish() })
        self.link = NIOLoopBoundBox.makeBoxSendingValue(link, eventLoop: loop)
    }

    deinit {
        loop.execute { [link] in _ = link.value.close() }
    }

    /// Returns when the server has confirmed each channel.
    func start(_ channels: [String], _ settings: ConnectionSettings) async throws(SessionError) {
        let bytes = [Command(["SUBSCRIBE"] + channels)].encoded()
        let result = await withCheckedContinuation { continuation in
            loop.execute { [link] in
                link.value.submit(
                    bytes, replies: channels.count, timeout: settings.replyTimeout,
                    to: .values { continuation.resume(returning: $0) })
            }
        }
        for reply in try result.get() {
            if case .error(let refusal) = reply {
                await close()
                throw SessionError(
                    code: .protocolViolation, address: settings.address,
                    sentence: "the server refused SUBSCRIBE ('\(refusal.message.printable(limit: 200))')",
                    mayHaveBeenExecuted: false)
            }
        }
    }

    func close() async {
        let closing = loop.flatSubmit { [link] in link.value.close() }
        try? await closing.get()
        end()
    }
}
