package import RESP
package import Values

/// A monitored primary as one Sentinel sees it (`SENTINEL MASTER name`).
package struct SentinelPrimary: Sendable, Equatable {
    package let name: String
    package let address: Endpoint
    package let flags: SentinelFlags
    /// Dragonfly has no run id.
    package let runID: String?
    package let replicaCount: Int
    package let otherSentinelCount: Int
    package let quorum: Int
    package let downAfter: Duration
    package let failoverTimeout: Duration
    package let parallelSyncs: Int
    package let configEpoch: Int64
    /// The role that the server reports in `INFO`.
    package let reportedRole: ReplicationRole?
    /// How long ago the Sentinel got the server's last reply to `INFO`.
    package let infoAge: Duration?
    /// The state of a running failover, such as `wait_start`, `select_slave` or `wait_promotion`; `nil` if none
    /// runs.
    package let failoverState: String?
    /// A program that the Sentinel runs for each warning.
    package let notificationScript: String?
    /// A program that the Sentinel runs when the primary changes.
    package let reconfigurationScript: String?

    package var isFailoverInProgress: Bool { flags.isFailoverInProgress || failoverState != nil }

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(SentinelFields(reply, command: "SENTINEL MASTER"))
    }

    /// The reply of `SENTINEL MASTERS`.
    package static func list(_ reply: RESPValue) throws(ReplyError) -> [SentinelPrimary] {
        var result: [SentinelPrimary] = []
        for fields in try SentinelFields.list(reply, command: "SENTINEL MASTERS") { result.append(try .init(fields)) }
        return result
    }

    private init(_ fields: SentinelFields) throws(ReplyError) {
        name = try fields.text("name")
        address = try fields.address()
        flags = try fields.flags()
        runID = fields.optionalText("runid")
        replicaCount = try fields.count("num-slaves")
        otherSentinelCount = try fields.count("num-other-sentinels")
        quorum = try fields.count("quorum")
        downAfter = try fields.milliseconds("down-after-milliseconds")
        failoverTimeout = try fields.milliseconds("failover-timeout")
        parallelSyncs = try fields.count("parallel-syncs")
        configEpoch = try fields.integer("config-epoch")
        reportedRole = fields.optionalText("role-reported").flatMap(ReplicationRole.init(wire:))
        infoAge = try fields.optionalMilliseconds("info-refresh")
        failoverState = fields.optionalText("failover-state")
        notificationScript = fields.optionalText("notification-script")
        reconfigurationScript = fields.optionalText("client-reconfig-script")
    }
}
