import PlanModel
import RESP
import RedisTopology
import Values

/// Whether keys are dropped when memory runs out. A server that evicts keys loses writes that it has acknowledged.
struct Eviction {
    let gate: WriteGate

    init(_ gate: WriteGate) { self.gate = gate }

    /// Whether the server may evict keys. In cache mode, Dragonfly calls its policy `eviction`.
    static func mayEvict(_ memory: MemoryInfo) -> Bool {
        memory.limit != nil && memory.policy != nil && memory.policy != "noeviction"
    }

    /// Whether the target may drop keys that the source would keep.
    static func isLoss(from source: MemoryInfo, to target: MemoryInfo) -> Bool {
        mayEvict(target) && !mayEvict(source)
    }

    var loss: Finding? {
        let target = gate.target
        guard let source = gate.source, Self.isLoss(from: source.memory, to: target.memory) else { return nil }
        let policy = target.memory.policy ?? ""
        return gate.missed(
            "\(target.endpoint) drops keys when it uses \(ByteCount(bytes: target.memory.limit ?? 0).text) (maxmemory-policy \(policy.printable)), and the source drops none",
            wants: "a target that keeps what it has acknowledged",
            target.engine == .dragonfly
                ? "start the target without --cache_mode"
                : "\(AdvisedCommand.droppedKeys.line("noeviction")) on \(target.endpoint), and \(AdvisedCommand.keptSetting.line())"
        )
    }
}
