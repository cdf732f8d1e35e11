package import Diagnostics
package import Values

/// A plan that was read and found to be without mistakes.
package struct Plan: Sendable {
    package var name: String
    package var description: String?
    /// The servers that one run moves.
    package var shard: Shard
    /// In the order of the file. `needs` is filled in for every step. If the file leaves it out, it is the step before.
    package var steps: [Step]
    package var rollback: RollbackSettings
    /// What is not shown of the keys that differ.
    package var redaction: RedactionSettings
    /// Who is told what happens, in the order of the file.
    package var receivers: [Receiver]
    /// The file as it was read.
    package var file: SourceFile

    package init(
        name: String, description: String?, shard: Shard, steps: [Step], rollback: RollbackSettings,
        redaction: RedactionSettings = RedactionSettings(), receivers: [Receiver] = [], file: SourceFile
    ) {
        self.name = name
        self.description = description
        self.shard = shard
        self.steps = steps
        self.rollback = rollback
        self.redaction = redaction
        self.receivers = receivers
        self.file = file
    }
}

/// One pair of servers and the Sentinels that watch it. Each run moves one shard; it shares its graph, its servers, its
/// record and its lock with no other run.
package struct Shard: Sendable, Hashable {
    package var source: InstanceSettings
    package var target: InstanceSettings
    /// `nil` for plain replication, which is cut over with `via: promote`.
    package var sentinel: SentinelSettings?

    package init(source: InstanceSettings, target: InstanceSettings, sentinel: SentinelSettings?) {
        self.source = source
        self.target = target
        self.sentinel = sentinel
    }
}

extension Plan {
    package var source: InstanceSettings {
        get { shard.source }
        set { shard.source = newValue }
    }
    package var target: InstanceSettings {
        get { shard.target }
        set { shard.target = newValue }
    }
    package var sentinel: SentinelSettings? {
        get { shard.sentinel }
        set { shard.sentinel = newValue }
    }
}

/// Where the source or the target is, which software it runs, and how to log in.
package struct InstanceSettings: Sendable, Hashable {
    package var endpoint: Endpoint
    package var engine: Engine
    package var access: Access

    package init(endpoint: Endpoint, engine: Engine, access: Access = Access()) {
        self.endpoint = endpoint
        self.engine = engine
        self.access = access
    }
}

/// The Sentinels of a plan, and how to log in to them.
package struct SentinelSettings: Sendable, Hashable {
    /// The name under which the Sentinels monitor the source.
    package var primary: String
    package var endpoints: [Endpoint]
    /// One set of credentials for all Sentinels of a plan.
    package var access: Access

    package init(primary: String, endpoints: [Endpoint], access: Access = Access()) {
        self.primary = primary
        self.endpoints = endpoints
        self.access = access
    }
}

/// What the plan says about the way back.
package struct RollbackSettings: Sendable, Hashable {
    /// What happens when a step fails before the point of no return.
    package enum OnFailure: String, Sendable, Hashable, CaseIterable {
        case automatic, ask, never
    }

    /// What `rollback` does once the cutover is over.
    package enum AfterCutover: String, Sendable, Hashable, CaseIterable {
        /// The source follows the target, and the same handover in the other direction loses no write.
        case keep
        /// The source becomes the primary again, and writes that only the target has are given up.
        case discardWrites = "discard-writes"
        /// The target stays the primary.
        case stop
    }

    package var onFailure: OnFailure
    /// `nil`: `keep` where the source can follow the target, else `stop`.
    package var afterCutover: AfterCutover?

    package init(onFailure: OnFailure = .ask, afterCutover: AfterCutover? = nil) {
        self.onFailure = onFailure
        self.afterCutover = afterCutover
    }
}

/// One entry under `steps` in a plan.
package struct Step: Sendable, Identifiable {
    package var id: String
    package var kind: StepKind
    package var needs: [String]
    /// How long one attempt may take; `nil` if the kind sets no limit.
    package var timeout: Duration?
    /// How many more attempts follow the first, if it failed for a reason that can pass.
    package var retries: Int
    /// The whole step in the plan file; messages point at its start.
    package var range: SourceRange

    package init(
        id: String, kind: StepKind, needs: [String], timeout: Duration?, retries: Int, range: SourceRange
    ) {
        self.id = id
        self.kind = kind
        self.needs = needs
        self.timeout = timeout
        self.retries = retries
        self.range = range
    }
}
