import Execution
import PlanModel
import Values

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
    /// What the Sentinels had before one of them was made to end its failover; `nil` if none may be.
    var failoverTimeouts: FailoverTimeouts.Prior?
    /// When `promoting` was recorded, in seconds since 1970. A server that started later was not promoted by this run.
    var promotingSince: Double?
    /// How many child processes the new primary had begun before the handover; see `PromotionMark`.
    var forks: Int64?
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
    /// From when the promotion was sent until every Sentinel that answers named the new primary (`announcement`), and
    /// until each of them did, by endpoint (`switched`).
    var announcement: Double?
    var switched: [String: Double] = [:]
    /// How long writes were held back.
    var pause: Double?
    /// From when the old primary was made a replica until the applications' connections to it were closed. In this time
    /// it answers READONLY to a new write; a replica does so before it looks at a pause.
    var refusing: Double?
    /// From when writes were held back, or from the promotion if they were not, until every Sentinel that answers showed
    /// the new primary in `SENTINEL MASTER` and had published `+switch-master`. Clients that ask for that, or wait for
    /// it, are sent to the old primary as long.
    var slowestClients: Double?
    /// The longest time in which no write of planrun's own probe was acknowledged (`WriteProbe`). Like an application,
    /// the probe asks the Sentinels where to write.
    var writeGap: Double?
    /// Whether the write gap may have been longer, because the probe did not see its beginning or its end; `nil` is no.
    var isWriteGapLowerBound: Bool?
    /// What that probe saw around the handover.
    var writes: WritesSeen?
    /// When the moments of the handover passed, from its beginning, by `CutoverPhase`. Of one that was resumed, only those
    /// since then.
    var phases: [String: Double]?
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

    /// Takes over what a probe saw. A handover that was interrupted may have been probed before; the longer gap counts.
    mutating func saw(_ gap: WriteGap, _ writes: WritesSeen? = nil) {
        guard gap.longest.seconds >= writeGap ?? 0 else { return }
        writeGap = gap.longest.seconds
        self.writes = writes
        isWriteGapLowerBound = gap.isLowerBound ? true : nil
    }

    /// How long applications could not write, as a sentence that goes on after a semicolon; `nil` if nothing was
    /// measured.
    /// - Parameter source: the old primary.
    func sentence(_ source: Endpoint) -> String? {
        var parts: [String] = []
        if let pause, pause > 0 { parts.append("writes were held back for \(pause) s") }
        if let writeGap {
            let bound = isWriteGapLowerBound == true ? "at least " : ""
            parts.append("an application saw a write gap of \(bound)\(writeGap) s")
        }
        var sentence = parts.isEmpty ? nil : parts.joined(separator: ", and ")
        var late: [String] = []
        if let refusing, refusing > 0 {
            late.append("new writes to \(source) failed with READONLY for \(refusing) s")
        }
        if let slowestClients {
            late.append(
                "clients that ask SENTINEL MASTERS or wait for +switch-master could not write for \(slowestClients) s")
        }
        if !late.isEmpty {
            sentence = [sentence, late.joined(separator: ", and ")].compactMap(\.self).joined(separator: "; ")
        }
        return sentence
    }

    var facts: [String: StateValue] {
        var facts: [String: StateValue] = [:]
        for (name, seconds) in [
            ("drainSeconds", drain), ("promotionSeconds", promotion), ("announcementSeconds", announcement),
            ("pauseSeconds", pause), ("writeGapSeconds", writeGap), ("readonlySeconds", refusing),
            ("slowestClientsSeconds", slowestClients),
        ] {
            if let seconds { facts[name] = .double(seconds) }
        }
        if !switched.isEmpty { facts["sentinelsSwitchedSeconds"] = .object(switched.mapValues { .double($0) }) }
        if let phases { facts[HandoverMoment.fact] = .object(phases.mapValues { .double($0) }) }
        if let writes { facts[WritesSeen.fact] = StateValue(writes) }
        if let isWriteGapLowerBound { facts["writeGapIsLowerBound"] = .bool(isWriteGapLowerBound) }
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
