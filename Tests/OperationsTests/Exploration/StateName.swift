@testable import Operations

/// The name of a state of the machine, without its contents. A state that is added to the machine has to be added here.
enum StateName: Hashable, CaseIterable {
    case ready, fencing, holdingFirst, holdingLast, drainingFirst, drainingLast, recording
    case asking, holdingAgain, drainingAgain, promoting, confirming, judging, abandoning, reholding, reconfirming
    case demoting, announcing, watching, watchingLoose, watchingReleased, lookingAfterLoose, lookingAfterReleased
    case askingAgain, askingAgainLoose, askingAgainReleased, ending, endingLoose, endingReleased, releasing,
        releasingEarly
    case expiring, concluding, bringingToRest
    case seekingRival, recordingRival, lowering, recordingReturn
    case finished

    init(_ state: CutoverStateMachine.State) {
        self =
            switch state {
            case .ready: .ready
            case .fencing: .fencing
            case .holding(.first): .holdingFirst
            case .holding(.last): .holdingLast
            case .draining(.first): .drainingFirst
            case .draining(.last): .drainingLast
            case .recording: .recording
            case .asking: .asking
            case .holdingAgain: .holdingAgain
            case .drainingAgain: .drainingAgain
            case .promoting: .promoting
            case .confirming: .confirming
            case .judging: .judging
            case .abandoning: .abandoning
            case .reholding: .reholding
            case .reconfirming: .reconfirming
            case .demoting: .demoting
            case .announcing: .announcing
            case .watching(.held): .watching
            case .watching(.loose): .watchingLoose
            case .watching(.released): .watchingReleased
            case .lookingAfter(.released): .lookingAfterReleased
            case .lookingAfter: .lookingAfterLoose
            case .askingAgain(.held): .askingAgain
            case .askingAgain(.loose): .askingAgainLoose
            case .askingAgain(.released): .askingAgainReleased
            case .ending(.held): .ending
            case .ending(.loose): .endingLoose
            case .ending(.released): .endingReleased
            case .releasing(.released): .releasing
            case .releasing: .releasingEarly
            case .expiring: .expiring
            case .concluding: .concluding
            case .bringingToRest: .bringingToRest
            case .seekingRival: .seekingRival
            case .recordingRival: .recordingRival
            case .lowering: .lowering
            case .recordingReturn: .recordingReturn
            case .finished: .finished
            }
    }

    /// The states that a method never reaches.
    static func unreachable(_ method: CutoverMethod) -> Set<StateName> {
        switch method {
        case .sentinel: [.announcing]
        case .announce: [.asking, .holdingAgain, .drainingAgain]
        // No Sentinel is asked or told.
        case .promote:
            [
                .asking, .holdingAgain, .drainingAgain, .judging, .abandoning, .reholding, .reconfirming, .announcing,
                .watching, .watchingLoose, .watchingReleased, .lookingAfterLoose, .lookingAfterReleased, .askingAgain,
                .askingAgainLoose, .askingAgainReleased, .releasingEarly, .expiring,
                .seekingRival, .recordingRival,
            ]
        // The Sentinels promote, and the source is gone, so it is not demoted.
        case .shutdown:
            [
                .holdingAgain, .drainingAgain, .promoting, .judging, .abandoning, .reholding, .reconfirming, .demoting,
                .announcing,
            ]
        }
    }

    /// The states in which a Sentinel is made to end its failover.
    static let endings: Set<StateName> = [.ending, .endingLoose, .endingReleased]
}
