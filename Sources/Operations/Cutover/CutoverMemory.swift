import Execution
import PlanModel

/// What one handover changed on the servers and how far it came; written to the state file before each change.
struct CutoverMemory: Codable, Equatable {
    enum Phase: String, Codable {
        /// The primary may be fenced; nothing was promoted.
        case fencing
        /// The promotion may have been asked for. From here only the servers can tell whether it happened.
        case promoting
    }

    var phase = Phase.fencing
    /// The former values of the settings that fence the primary, by name. A setting that the engine lacks is missing.
    var fence: [String: String] = [:]
    /// The credentials with which the primary logged in at a primary of its own, before the handover changed them.
    var credentials = ReplicationCredentials.Prior()
    /// The primary's other replicas as they were before.
    var replicas: [OtherReplicas.Memory] = []
    /// What becomes of the other replicas; `nil` for a return.
    var otherReplicas: FailoverStep.OtherReplicas?
    /// How the primary comes to rest. `nil` for a return: there the primary is the target, which becomes a replica again as it
    /// was before the cutover.
    var resting: FailoverStep.Resting?
    /// When `promoting` was recorded, in seconds since 1970. A server that was started later was not promoted by this
    /// run.
    var promotingSince: Double?
    var measurements = CutoverMeasurements()

    /// Whether the old primary is shut down in the end.
    var isShutDown: Bool { resting == .shutdown }
}

/// How long the parts of a handover took, for the result of the step. All in seconds.
struct CutoverMeasurements: Codable, Equatable {
    /// From the beginning of the pause until the new primary had every byte.
    var drain: Double?
    /// From the moment at which the promotion was sent until the new primary said that it is one.
    var promotion: Double?
    /// From the promotion until every Sentinel named the new primary, and until each of them did, by endpoint.
    var announcement: Double?
    var switched: [String: Double] = [:]
    /// How long writes were held back.
    var pause: Double?
    /// The longest time between two acknowledged writes of planrun's own probe (`WriteProbe`), which asks the Sentinels
    /// where to write.
    var writeGap: Double?
    /// How the roles were exchanged, and why, where the plan asked for another way.
    var method: CutoverMethod?
    var reason: String?
    /// The Sentinel that was asked for the failover, as an endpoint.
    var leader: String?
    /// Whether the moment was chosen so that this Sentinel's next look at the new primary came right after the
    /// promotion.
    var isAligned: Bool?
    /// How many write commands the new primary had carried out when it became primary. A later return counts from here
    /// how many writes it gives up.
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
