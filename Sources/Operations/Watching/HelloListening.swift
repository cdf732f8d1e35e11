import Execution
import RESP
import RedisTopology
import Synchronization

extension Servers {
    /// What Sentinels say on their channel at a server. Each says it every two seconds.
    /// - Parameter isEnough: asked after each of two periods; what is not heard by then is not said.
    /// - Returns: `nil` where we may not listen.
    func hellos(
        at server: Server, until isEnough: @escaping @Sendable ([SentinelHello]) -> Bool
    ) async -> [SentinelHello]? {
        guard let subscription = try? await connector.subscribe(to: [SentinelHello.channel], server.settings) else {
            return nil
        }
        let log = HelloLog()
        let listening = Task {
            for await message in subscription.messages { SentinelHello(message.payload).map(log.add) }
        }
        for _ in 0..<2 {
            try? await clock.sleep(for: .milliseconds(2_500))
            if Task.isCancelled || isEnough(log.hellos) { break }
        }
        await subscription.close()
        listening.cancel()
        return log.hellos
    }
}

/// What was heard, each message once.
private final class HelloLog: Sendable {
    private let heard = Mutex<[SentinelHello]>([])

    var hellos: [SentinelHello] { heard.withLock { $0 } }

    func add(_ hello: SentinelHello) {
        heard.withLock { if !$0.contains(hello) { $0.append(hello) } }
    }
}
