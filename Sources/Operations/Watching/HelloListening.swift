import Execution
import RESP
import RedisTopology
import Synchronization

extension Servers {
    /// Listens at a server to what Sentinels publish on their channel. Each Sentinel publishes every two seconds.
    /// - Parameter isEnough: called after 2.5 s; if it returns `false`, planrun listens for another 2.5 s.
    /// - Returns: the messages; `nil` if planrun has no right to listen.
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

/// The messages that were heard, without repetitions.
private final class HelloLog: Sendable {
    private let heard = Mutex<[SentinelHello]>([])

    var hellos: [SentinelHello] { heard.withLock { $0 } }

    func add(_ hello: SentinelHello) {
        heard.withLock { if !$0.contains(hello) { $0.append(hello) } }
    }
}
