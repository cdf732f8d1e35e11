@testable import Operations

/// The world at the moment at which a handover ends, as a person would describe it.
struct Aftermath: Hashable, CustomStringConvertible {
    enum Source: Hashable, CaseIterable {
        case gone
        /// The source follows the target.
        case follows
        case paused
        /// The source is a primary that takes writes only as long as the target follows it.
        case fenced
        /// The source is a primary without a fence, as before the handover.
        case open
    }

    enum Target: Hashable, CaseIterable { case gone, follows, primary }

    /// The server to which the Sentinels that answer send clients.
    enum Named: Hashable, CaseIterable { case source, target, divided, silent }

    let source: Source
    let target: Target
    let named: Named

    init(_ world: ModelWorld) {
        source =
            if !world.isSourceUp { .gone } else if world.sourceFollows { .follows } else if world.isPaused {
                .paused
            } else { world.isFenced ? .fenced : .open }
        target = !world.isTargetUp ? .gone : world.targetFollows ? .follows : .primary
        named =
            switch Set([world.leader, world.other].filter(\.isUp).map(\.namesTarget)) {
            case [true]: .target
            case [false]: .source
            case []: .silent
            default: .divided
            }
    }

    var description: String { "source \(source), target \(target), the Sentinels name \(named)" }
}

/// The two worlds in which a way back ends.
enum ReturnEnd: Hashable, CaseIterable {
    /// The source of the plan is the primary again.
    case goneBack
    /// The target of the plan still is, as the cutover left it.
    case stayed
}

extension OutcomeName {
    /// How a way back has ended with this outcome; `nil` if it is not at its end, and the next verb decides.
    var endOfReturn: ReturnEnd? {
        switch self {
        case .handedOver: .goneBack
        case .steppedBack: .stayed
        case .steppedBackFenced, .overtaken, .rivalUnknown, .promotionUnknown, .turnedBack, .silent, .notAnnounced,
            .notAtRest, .drained, .leaseLost:
            nil
        }
    }
}

/// An outcome without its cause.
enum OutcomeName: Hashable, CaseIterable {
    case handedOver, steppedBack, steppedBackFenced, overtaken, rivalUnknown, promotionUnknown, turnedBack, silent
    case notAnnounced, notAtRest, drained, leaseLost

    init(_ outcome: CutoverStateMachine.Outcome) {
        self =
            switch outcome {
            case .handedOver: .handedOver
            case .steppedBack(_, isUnfenced: true): .steppedBack
            case .steppedBack(_, isUnfenced: false): .steppedBackFenced
            case .overtaken: .overtaken
            case .rivalUnknown: .rivalUnknown
            case .promotionUnknown: .promotionUnknown
            case .turnedBack: .turnedBack
            case .silent: .silent
            case .notAnnounced: .notAnnounced
            case .notAtRest: .notAtRest
            case .stopped(.drain): .drained
            case .stopped(.leaseLost): .leaseLost
            }
    }

    /// The outcomes that a method never has where nobody tells it to stop.
    static func unreachable(_ method: CutoverMethod) -> Set<OutcomeName> {
        switch method {
        case .sentinel, .announce: [.drained, .leaseLost]
        case .promote: [.drained, .leaseLost, .overtaken, .rivalUnknown, .turnedBack, .notAnnounced]
        case .shutdown: [.drained, .leaseLost, .turnedBack]
        }
    }

    /// Whether the world may look like this at such an end. The world can have changed since the last answer: a server
    /// can have died, or a Sentinel can have begun a failover.
    func mayLeave(_ world: Aftermath) -> Bool {
        // Where the source takes writes as before, no Sentinel may send clients elsewhere.
        if world.source == .open, ![.source, .silent].contains(world.named) { return false }
        return switch self {
        case .handedOver:
            [.follows, .gone].contains(world.source) && world.target != .follows
                && [.target, .silent].contains(world.named)
        case .notAtRest:
            world.source != .open && world.target != .follows && [.target, .silent].contains(world.named)
        case .steppedBack: [.open, .gone].contains(world.source)
        // The source may have its settings back although the reply that would say so was lost.
        case .steppedBackFenced: world.source != .follows && (world.source != .open || world.target != .primary)
        // The fence stays up, unless the source refused it in the first place.
        case .rivalUnknown: world.source != .follows && (world.source != .open || world.target != .primary)
        case .overtaken: [.fenced, .paused, .gone].contains(world.source)
        case .promotionUnknown, .turnedBack, .silent, .notAnnounced, .drained, .leaseLost: world.source != .open
        }
    }
}
