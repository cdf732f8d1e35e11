package import PlanModel
package import Values

/// What is known about the servers of a plan that is yet to be written: what a person said, and what the Sentinels and
/// the servers answered.
package struct Discovery: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var endpoint: Endpoint
        package var engine: Engine
        /// The engine's own version, such as `7.0.15`; `nil` if the server was not asked successfully.
        package var version: String?
        package var access: Access

        package init(endpoint: Endpoint, engine: Engine, version: String? = nil, access: Access = Access()) {
            self.endpoint = endpoint
            self.engine = engine
            self.version = version
            self.access = access
        }
    }

    /// The name under which the Sentinels monitor the source.
    package var primary: String
    package var source: Member
    package var target: Member
    /// All Sentinels that answered, the one that was named first.
    package var sentinels: [Endpoint]
    package var sentinelAccess: Access
    /// The smallest `down-after-milliseconds` of the Sentinels.
    package var downAfter: Duration?
    /// What the source's data takes in its memory; `nil` if it is unknown.
    package var dataset: ByteCount?
    package var keys: Int64?
    /// The source's other replicas.
    package var replicas: [Endpoint] = []
    /// Why the Sentinels cannot be told of a new primary directly; `nil` if they can.
    package var announcementObstacle: String?
    /// Why the source could not follow the target; `nil` if no reason is known.
    package var followingObstacle: String?
    /// Whether the source has users that the target lacks and that a `users` step can bring.
    package var bringsUsers = false
    /// What could not be asked, or has no place in the plan: one sentence each, which may hold words of a server.
    package var remarks: [String] = []

    package init(
        primary: String, source: Member, target: Member, sentinels: [Endpoint], sentinelAccess: Access = Access()
    ) {
        self.primary = primary
        self.source = source
        self.target = target
        self.sentinels = sentinels
        self.sentinelAccess = sentinelAccess
    }

    /// How long the full sync takes at the rate at which the checks of a plan reckon it; `nil` if it is unknown.
    package var copyTime: Duration? {
        guard let dataset, case .size(let rate) = SyncForecast.rateLimit.defaultValue else { return nil }
        return SyncForecast(dataset: dataset.bytes, writeRate: 0, transferRate: rate.bytes).duration
    }

    /// The size of the data for a person: `1.2 GiB`.
    package var datasetText: String? { dataset?.text }
}
