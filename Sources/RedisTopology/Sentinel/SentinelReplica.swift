package import RESP
package import Values

/// A replica as one Sentinel sees it (`SENTINEL REPLICAS name`).
package struct SentinelReplica: Sendable, Equatable {
    package let name: String
    package let address: Endpoint
    package let flags: SentinelFlags
    package let runID: String?
    /// The role that the server reports in `INFO`.
    package let reportedRole: ReplicationRole?
    /// The primary that the replica follows; `nil` until the replica has reported it.
    package let primary: Endpoint?
    /// Whether the link to the primary is up (`master-link-status:ok`). Sentinel ignores it when it chooses whom to
    /// promote.
    package let isLinkUp: Bool
    /// Sentinel promotes the replica with the smallest priority, and never one with 0.
    package let priority: Int
    package let offset: Int64
    /// How long ago the Sentinel got the server's last reply to `INFO`.
    package let infoAge: Duration?
    /// `false` if Sentinel hides the replica from clients (`replica-announced no`). Sentinels older than 7 do not
    /// know the field.
    package let isAnnounced: Bool

    /// Whether Sentinel could promote the replica: its priority allows it, and this Sentinel can reach it.
    package var isEligible: Bool { priority > 0 && flags.isHealthy }

    /// The reply of `SENTINEL REPLICAS` (`SENTINEL SLAVES` before Redis 5).
    package static func list(_ reply: RESPValue) throws(ReplyError) -> [SentinelReplica] {
        var result: [SentinelReplica] = []
        for fields in try SentinelFields.list(reply, command: "SENTINEL REPLICAS") { result.append(try .init(fields)) }
        return result
    }

    private init(_ fields: SentinelFields) throws(ReplyError) {
        name = try fields.text("name")
        address = try fields.address()
        flags = try fields.flags()
        runID = fields.optionalText("runid")
        reportedRole = fields.optionalText("role-reported").flatMap(ReplicationRole.init(wire:))
        if let host = fields.optionalText("master-host"), host != "(null)" {
            primary = Endpoint(host: host, port: try fields.count("master-port"))
        } else {
            primary = nil
        }
        isLinkUp = fields.optionalText("master-link-status") == "ok"
        priority = try fields.count("slave-priority")
        offset = try fields.integer("slave-repl-offset")
        infoAge = try fields.optionalMilliseconds("info-refresh")
        isAnnounced = fields.optionalText("replica-announced") != "0"
    }
}

/// Another Sentinel as one Sentinel sees it (`SENTINEL SENTINELS name`).
package struct SentinelPeer: Sendable, Equatable {
    package let address: Endpoint
    package let runID: String?
    package let flags: SentinelFlags
    /// The epoch of the last election in which the peer told the asked Sentinel whom it votes for; 0 if it never did.
    package let votedEpoch: Int64

    /// The reply of `SENTINEL SENTINELS`.
    package static func list(_ reply: RESPValue) throws(ReplyError) -> [SentinelPeer] {
        var result: [SentinelPeer] = []
        for fields in try SentinelFields.list(reply, command: "SENTINEL SENTINELS") { result.append(try .init(fields)) }
        return result
    }

    private init(_ fields: SentinelFields) throws(ReplyError) {
        address = try fields.address()
        runID = fields.optionalText("runid")
        flags = try fields.flags()
        votedEpoch = fields.optionalText("voted-leader-epoch").flatMap { WireNumber.integer($0) } ?? 0
    }
}
