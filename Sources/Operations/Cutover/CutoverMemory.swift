import Execution
import PlanModel

/// What one handover has changed on the servers, and how far it has come. It is written to the state file before each
/// change.
struct CutoverMemory: Codable, Equatable {
    enum Phase: String, Codable {
        /// The primary may be fenced, but nothing was promoted.
        case fencing
        /// The promotion may have been asked for. From here on only the servers can tell whether it happened.
        case promoting
    }

    var phase = Phase.fencing
    /// The settings that fence the primary, with their former values, by name. Settings that the engine lacks are left
    /// out.
    var fence: [String: String] = [:]
    /// Whether the new primary refuses the login of the old one, which could not follow it; `nil` is no.
    var isRefused: Bool?
    /// The primary's settings for following another server, from before the handover changed them.
    var credentials = ReplicationCredentials.Prior()
    /// The state of the primary's other replicas before the handover.
    var replicas: [OtherReplicas.Memory] = []
    /// What becomes of the other replicas; `nil` for a return.
    var otherReplicas: FailoverStep.OtherReplicas?
    /// How the primary comes to rest. `nil` for a return: its primary is the target, which becomes a replica as it was
    /// before the cutover.
    var resting: FailoverStep.Resting?
    /// When `promoting` was recorded, in seconds since 1970. A server that started later was not promoted by this run.
    var promotingSince: Double?
    /// Whether the clients of the old primary were released; `nil` is no.
    var isReleased: Bool?
    var measurements = CutoverMeasurements()
    /// Whether source and target could write their configuration files before the cutover, by part. `nil` before that was
    /// tried.
    var files: [String: ConfigurationFile]?

    /// Whether the handover ends with shutting the old primary down.
    var isShutDown: Bool { resting == .shutdown }
}

/// How long the parts of a handover took, for the step's result. All times are in seconds.
struct CutoverMeasurements: Codable, Equatable {
    /// From the beginning of the pause until the new primary had every byte.
    var drain: Double?
    /// From when the promotion was sent until the new primary said that it is one.
    var promotion: Double?
    /// From when the promotion was sent until every Sentinel named the new primary (`announcement`), and until each of
    /// them did, by endpoint (`switched`).
    var announcement: Double?
    var switched: [String: Double] = [:]
    /// How long writes were held back.
    var pause: Double?
    /// The longest time between two acknowledged writes of planrun's own probe (`WriteProbe`). Like an application, the
    /// probe asks the Sentinels where to write.
    var writeGap: Double?
    /// How the roles were exchanged, and the reason if that is not what the plan asks for.
    var method: CutoverMethod?
    var reason: String?
    /// The Sentinel that was asked for the failover, as an endpoint.
    var leader: String?
    /// Whether that Sentinel read the new primary's INFO right after the promotion, because the moment was chosen for
    /// it.
    var isAligned: Bool?
    /// How many write commands the new primary had carried out when it became primary. A later return counts from this
    /// number how many writes it gives up.
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

/// What `failover` keeps in the state file: the cutover, and the return once one has begun.
struct FailoverMemory: Codable, Equatable {
    var cutover: CutoverMemory
    var back: CutoverMemory?
}
