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
    /// What a person types where planrun offers it.
    var wayOn = "resume"

    var testDescription: String {
        "\(victim.rawValue), \(phase.testDescription), to \(target.rawValue), \(wayOn)"
    }

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

    static let all: [Death] = Victim.allCases.flatMap { victim in
        phases.flatMap { moment, isDrained in
            [Engine.redis, .dragonfly].map { Death(victim: victim, phase: moment, target: $0) }
                + (isDrained ? [] : [Death(victim: victim, phase: moment, wayOn: "rollback")])
        }
    }
}

/// Knows who is who while a cutover goes on, and who died.
actor Casting {
    private let lab: Lab
    private nonisolated let asked = Mutex<String?>(nil)
    private(set) var dead: ServerProcess?

    init(_ lab: Lab) {
        self.lab = lab
    }

    nonisolated func see(_ sighting: Gate.Sighting) {
        guard sighting.words.starts(with: ["SENTINEL", "FAILOVER"]) else { return }
        asked.withLock { $0 = sighting.server }
    }

    func kill(_ victim: Death.Victim) async {
        // Until one is asked, the first of the plan is as good as any.
        let leader = asked.withLock { $0 } ?? lab.sentinels.first?.name
        dead =
            switch victim {
            case .source: lab.source
            case .target: lab.target
            case .leader: lab.sentinels.first { $0.name == leader }
            case .bystander: lab.sentinels.last { $0.name != leader }
            }
        await dead?.kill()
    }
}
