import Execution
import RESP
import RedisTopology
import Synchronization

extension Servers {
    /// Listens to what Sentinels publish on their channel at a server. Each publishes every two seconds.
    /// - Parameter isEnough: asked after each of two periods of 2.5 s; after the second one the listening ends in any
    ///   case.
    /// - Returns: `nil` where planrun may not listen.
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

/// The messages that were heard, each one once.
private final class HelloLog: Sendable {
    private let heard = Mutex<[SentinelHello]>([])

    var hellos: [SentinelHello] { heard.withLock { $0 } }

    func add(_ hello: SentinelHello) {
        heard.withLock { if !$0.contains(hello) { $0.append(hello) } }
    }
}
