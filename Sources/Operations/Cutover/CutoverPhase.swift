package import Execution

/// A moment of a handover that a person wants to know.
enum CutoverPhase: String, CaseIterable {
    case fenceSet = "fence set"
    case writesHeldBack = "writes held back"
    case inSync = "in sync"
    case promoted
    /// Every Sentinel that answers sends clients to the new primary.
    case sentinelsAgree = "Sentinels agree"
    case clientsReleased = "clients released"

    /// What has passed when an action has ended like that; `nil` if that is none of these moments.
    init?(after action: CutoverStateMachine.Action, _ event: CutoverStateMachine.Event) {
        switch (action, event) {
        case (.start(_, let action), _):
            guard let phase = Self(after: action, event) else { return nil }
            self = phase
        case (.raiseFence, .done): self = .fenceSet
        case (.holdWrites, .done): self = .writesHeldBack
        case (.compareOffsets, .reached): self = .inSync
        case (_, .isPrimary): self = .promoted
        case (.readSentinels, .sentinels(let seen)) where seen.named == .all: self = .sentinelsAgree
        case (.releaseClients, .done): self = .clientsReleased
        default: return nil
        }
    }
}

/// A moment of a handover that was recorded, for views.
package struct HandoverMoment: Sendable, Equatable {
    /// The name of all of them among the facts of a step.
    package static let fact = "phasesSeconds"

    package let name: String
    /// After the handover began.
    package let milliseconds: Int

    /// In the order in which they passed; none if the facts are those of a step that hands nothing over.
    package static func among(_ facts: [String: StateValue]) -> [HandoverMoment] {
        let seconds = (try? facts[fact]?.decode([String: Double].self)) ?? [:]
        return seconds.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map {
            HandoverMoment(name: $0.key, milliseconds: Int(($0.value * 1_000).rounded()))
        }
    }
}
