import PlanModel
import Rehearsal
import Synchronization
import TestKit
import Testing
import Values

/// The end of one server at one moment of a cutover, and what a person does then.
struct Death: Sendable, CustomTestStringConvertible {
    enum Victim: String, Sendable, CaseIterable {
        case source, target
        /// The Sentinel that is asked to fail over, or would be.
        case leader
        case bystander
    }

    /// When the server is started again, with its data.
    enum Return: String, Sendable {
        /// Its supervisor starts it before anybody has seen that it was gone.
        case atOnce = "back at once"
        /// It is started once planrun has ended and said what to do.
        case whenTold = "back afterwards"
        /// It is started once writes go on without it.
        case late = "back late"
    }

    var victim: Victim
    var phase: Phase
    var variant: CutoverVariant
    var comesBack = Return.whenTold
    /// The verb that is typed then, where planrun offers it.
    var wayOn = "resume"

    var testDescription: String {
        [victim.rawValue, phase.moment.testDescription, variant.testDescription, comesBack.rawValue, wayOn]
            .joined(separator: ", ")
    }

    /// How many writes may be lost because only the dead server had them: at most those of the last twentieth of a
    /// second.
    var mayLose: Int { victim == .source && !phase.isDrained ? 40 : 0 }

    /// Whether the target is in sync before the plan begins. A target that dies has to have all data in its append-only
    /// file.
    var followsInAdvance: Bool { victim == .target }

    static let all: [Death] = Victim.allCases.flatMap { victim in
        CutoverVariant.all.flatMap { variant in
            Phase.all(variant.method).flatMap { Death(victim: victim, phase: $0, variant: variant).withVariations }
        }
    }

    /// A few deaths that are over soon; each victim is among them.
    static let sample = all.filter { death in
        switch (death.victim, death.phase.moment.testDescription, death.variant.testDescription, death.comesBack) {
        case (.source, Phase.pausing.moment.testDescription, "via sentinel to redis", .whenTold),
            (.source, Phase.promoted.moment.testDescription, "via sentinel to redis", .whenTold),
            (.target, Phase.draining.moment.testDescription, "via announce to dragonfly", .whenTold),
            (.leader, Phase.accepted.testDescription, "via sentinel to redis", .atOnce),
            (.bystander, Phase.announced.moment.testDescription, "via announce to redis", .atOnce):
            true
        default: false
        }
    }

    private var withVariations: [Death] {
        guard variant.target == .redis else { return [self] }
        var (soon, late, back) = (self, self, self)
        (soon.comesBack, late.comesBack, back.wayOn) = (.atOnce, .late, "rollback")
        return [self, soon] + (phase.isDrained ? [] : [back]) + (mayLose > 0 ? [late] : [])
    }
}

extension Death {
    struct Phase: Sendable {
        var moment: Moment
        /// Whether the target has every acknowledged write at this moment. Before it, writes can die with the source.
        var isDrained: Bool

        private init(_ moment: Moment, isDrained: Bool = true) {
            self.moment = moment
            self.isDrained = isDrained
        }

        static let pausing = Phase(Moment("before the pause", "source: CLIENT PAUSE"), isDrained: false)
        static let draining = Phase(
            Moment("during the drain", "source: CLIENT PAUSE", "target: INFO replication"), isDrained: false)
        static let accepted = Moment(
            "after the failover was accepted", after: true, "sentinel: SENTINEL FAILOVER")
        static let promoted = Phase(Moment("after the promotion", after: true, "target: REPLICAOF NO ONE"))
        private static let demoted = Phase(Moment("after the demotion", after: true, "source: REPLICAOF"))
        static let announced = Phase(
            Moment("after a Sentinel was told", after: true, "sentinel: PUBLISH __sentinel__:hello"))
        private static let releasing = Phase(Moment("before clients are released", "source: CLIENT UNPAUSE"))

        static func all(_ method: String) -> [Phase] {
            switch method {
            case "announce": [pausing, draining, promoted, demoted, announced, releasing]
            default: [pausing, draining, Phase(accepted), promoted, demoted, releasing]
            }
        }
    }
}

/// Knows which server is which victim while a cutover goes on, and which one has died.
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

    func kill(_ victim: Death.Victim, _ comesBack: Death.Return) async {
        // Until a Sentinel is asked, the first Sentinel of the plan does as well.
        let leader = asked.withLock { $0 } ?? lab.sentinels.first?.name
        dead =
            switch victim {
            case .source: lab.source
            case .target: lab.target
            case .leader: lab.sentinels.first { $0.name == leader }
            case .bystander: lab.sentinels.last { $0.name != leader }
            }
        await dead?.kill()
        if comesBack == .atOnce { try? await dead?.start() }
    }
}
