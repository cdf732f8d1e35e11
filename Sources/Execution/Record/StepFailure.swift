import Escaping

/// Why a step did not succeed: what happened, where, what state the world is in now, and what to type next.
package struct StepFailure: Error, Sendable, Equatable, Codable {
    package var code: FailureCode
    /// What happened: lower case, no full stop.
    package var what: String
    /// What there should be instead, if a few words can say it: `no keys`.
    package var wanted: String?
    /// Which instance and what it said: `target 10.0.0.2:6380`, `offset 39718004 of 48211907`.
    package var place: [String]
    /// What state the servers are in now; one sentence each.
    package var world: [String]
    /// The remedy; commands to go on with are added by the view, which knows the command line.
    package var help: [String]
    /// Whether another attempt can succeed without a person changing something.
    package var isTransient: Bool
    /// Nothing failed: the step waits for a person (an approval). The run stops and can be resumed.
    package var isPause: Bool

    /// Every text may repeat what a server said; it is escaped here.
    package init(
        code: FailureCode, what: String, wanted: String? = nil, place: [String] = [], world: [String] = [],
        help: [String] = [],
        isTransient: Bool = false, isPause: Bool = false
    ) {
        self.code = code
        self.what = VisibleText.escape(what)
        self.wanted = wanted.map(VisibleText.escape)
        self.place = place.map(VisibleText.escape)
        self.world = world.map(VisibleText.escape)
        self.help = help.map(VisibleText.escape)
        self.isTransient = isTransient
        self.isPause = isPause
    }
}
