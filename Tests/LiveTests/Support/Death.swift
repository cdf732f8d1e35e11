import PlanModel
import Rehearsal
import Synchronization
import TestKit
import Testing

/// The end of one server at one moment of a cutover.
struct Death: Sendable, CustomTestStringConvertible {
    enum Victim: String, Sendable, CaseIterable {
        case source, target
        /// The Sentinel that is asked to fail over, or would be.
        case leader
        case bystander
    }

    var victim: Victim
    var phase: Moment
    var target = Engine.redis

    var testDescription: String { "\(victim.rawValue), \(phase.testDescription), to \(target.rawValue)" }

    /// Whether the target has every acknowledged write by then. Before, the death of the source can be that of writes.
    private static let phases: [(moment: Moment, isDrained: Bool)] = [
        (Moment("before the pause", "source: CLIENT PAUSE"), false),
        (Moment("during the drain", "source: CLIENT PAUSE", "target: INFO replication"), false),
        (Moment("after the failover was accepted", after: true, "sentinel: SENTINEL FAILOVER"), true),
        (Moment("after the promotion", after: true, "target: REPLICAOF NO ONE"), true),
        (Moment("after the demotion", after: true, "source: REPLICAOF"), true),
        (Moment("before clients are released", "source: CLIENT UNPAUSE"), true),
    ]

    /// Whether writes may be gone that only the dead server had.
    var mayLose: Bool {
        victim == .source
            && Self.phases.contains { $0.moment.testDescription == phase.testDescription && !$0.isDrained }
    }

    static let all: [Death] = [Engine.redis, .dragonfly].flatMap { target in
        Victim.allCases.flatMap { victim in
            phases.map { Death(victim: victim, phase: $0.moment, target: target) }
        }
    }
}

/// Knows who is who while a cutover goes on.
final class Casting: Sendable {
    private let lab: Lab
    private let asked = Mutex<String?>(nil)

    init(_ lab: Lab) {
        self.lab = lab
    }

    func see(_ sighting: Gate.Sighting) {
        guard sighting.words.starts(with: ["SENTINEL", "FAILOVER"]) else { return }
        asked.withLock { $0 = sighting.server }
    }

    func server(_ victim: Death.Victim) -> ServerProcess? {
        // Until one is asked, the first of the plan is as good as any.
        let leader = asked.withLock { $0 } ?? lab.sentinels.first?.name
        return switch victim {
        case .source: lab.source
        case .target: lab.target
        case .leader: lab.sentinels.first { $0.name == leader }
        case .bystander: lab.sentinels.last { $0.name != leader }
        }
    }
}
