import Execution
import PlanModel

/// What one handover changed on the servers and how far it came; written to the state file before each change.
struct CutoverMemory: Codable, Equatable {
    enum Phase: String, Codable {
        /// The primary may be fenced; nothing was promoted.
        case fencing
        /// The promotion may have been asked for: from here the servers decide what is true.
        case promoting
    }

    var phase = Phase.fencing
    /// Prior values of the settings that fence the primary, by name; a setting that the engine lacks is missing.
    var fence: [String: String] = [:]
    /// How the primary was set to log in at another, before it had to follow one.
    var credentials = ReplicationCredentials.Prior()
    /// The primary's other replicas as they were before.
    var replicas: [OtherReplicas.Memory] = []
    /// What becomes of them.
    var otherReplicas: FailoverStep.OtherReplicas?
    /// How the primary comes to rest. `nil` for a return: there the primary is the target, which becomes a replica again as it
    /// was before the cutover.
    var resting: FailoverStep.Resting?
    /// Seconds since 1970 when `promoting` was recorded. A server that was started later was not promoted by us.
    var promotingSince: Double?
    var measurements = CutoverMeasurements()

    /// Whether the old primary is stopped in the end.
    var isShutDown: Bool { resting == .shutdown }
}

/// How long the parts of a handover took, for the result of the step. All in seconds.
struct CutoverMeasurements: Codable, Equatable {
    /// From the pause until the new primary had every byte.
    var drain: Double?
    /// From the moment at which the promotion was sent until the new primary said that it is one.
    var promotion: Double?
    /// From the promotion until every Sentinel named the new primary, and until each of them did, by endpoint.
    var announcement: Double?
    var switched: [String: Double] = [:]
    /// How long writes were held back.
    var pause: Double?
    /// The longest time between two acknowledged writes of a writer of our own that asked the Sentinels.
    var writeGap: Double?
    /// How the roles were exchanged, and why not as the plan wished.
    var method: CutoverMethod?
    var reason: String?
    /// The Sentinel that was asked.
    var leader: String?
    /// Whether the moment was chosen by that Sentinel's next look at the new primary.
    var isAligned: Bool?
    /// Calls of commands that write, counted by the new primary when it became one: what a later return is measured from.
    var writesAtPromotion: Int64?

    var facts: [String: StateValue] {
        var facts: [String: StateValue] = [:]
        for (name, seconds) in [
            ("drainSeconds", drain), ("promotionSeconds", promotion), ("announcementSeconds", announcement),
            ("pauseSeconds", pause), ("writeGapSeconds", writeGap),
        ] {
            if let seconds { facts[name] = .double(seconds) }
        }
        if !switched.isEmpty { facts["sentinelsSwitchedSeconds"] = .object(switched.mapValues { .double($0) }) }
        if let method { facts["method"] = .string(method.rawValue) }
        if let reason { facts["methodReason"] = .string(reason) }
        if let leader { facts["sentinel"] = .string(leader) }
        if let isAligned { facts["aligned"] = .bool(isAligned) }
        if let writesAtPromotion { facts["writesAtPromotion"] = .int(writesAtPromotion) }
        return facts
    }
}

/// What `failover` keeps in the state file: the cutover, and the return where one was begun.
struct FailoverMemory: Codable, Equatable {
    var cutover: CutoverMemory
    var back: CutoverMemory?
}
