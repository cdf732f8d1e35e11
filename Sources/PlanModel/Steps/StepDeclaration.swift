internal import YAMLTree

/// Everything that a step kind says about itself without knowing a server. The other half, how it is carried out, is
/// its `StepExecution` in `Operations`.
package protocol StepDeclaration: Sendable, Hashable {
    static var name: StepKind.Name { get }

    /// What a step of this kind does. Editors show this text, which they find in the schema.
    static var meaning: String { get }

    /// The limits of an attempt, for a plan that sets none.
    static var defaults: StepDefaults { get }

    /// The same for this step, whose settings may call for others.
    var defaults: StepDefaults { get }

    /// This step as a case of `StepKind`.
    var kind: StepKind { get }

    /// The settings that the step runs with, defaults included, as a plan spells them.
    var spelledSettings: [(key: String, value: String)] { get }

    /// What the step will do, in a sentence, from the plan alone.
    func summary(_ scene: StepScene) -> String

    /// How the step is taken back, in a sentence; `nil` if there is nothing to take back.
    func wayBack(_ scene: StepScene) -> String?

    /// The step as `rehearse` carries it out against private servers; `nil` if a rehearsal leaves it out.
    func rehearsed(_ cast: RehearsalCast) -> Self?

    /// Adds what the private servers of a rehearsal must have so that the step finds something to do.
    func demand(_ scene: inout RehearsalScene)
}

extension StepDeclaration {
    package var defaults: StepDefaults { Self.defaults }

    package func demand(_ scene: inout RehearsalScene) {}
}

/// How long one attempt may take, and how many more attempts follow the first, if the plan does not say.
package struct StepDefaults: Sendable, Hashable {
    /// `nil`: as long as it takes.
    package var timeout: Duration?
    package var retries: Int

    package init(timeout: Duration?, retries: Int = 0) {
        self.timeout = timeout
        self.retries = retries
    }
}

/// What a step must know about its plan in order to describe itself.
package struct StepScene: Sendable {
    package var plan: Plan
    /// How many checks the step has, each a node of its own.
    package var checks: Int
    /// Whether one of them writes a test key.
    package var writesKey: Bool
    /// How the source will come to rest, according to the servers; `nil` if they were not asked.
    package var resting: FailoverStep.Resting?
    /// What `rollback` will do after the cutover, according to the servers; `nil` if they were not asked.
    package var afterCutover: RollbackSettings.AfterCutover?

    package init(plan: Plan, checks: Int, writesKey: Bool) {
        self.plan = plan
        self.checks = checks
        self.writesKey = writesKey
    }

    var source: String { "\(plan.source.endpoint)" }
    var target: String { "\(plan.target.endpoint)" }
    /// `4 checks`
    var asking: String { "\(checks) \(checks == 1 ? "check" : "checks")" }
}

/// How a step kind is read. Only the reader and the schema need this part.
protocol StepSettings: StepDeclaration {
    static var fields: [any FieldDeclaration] { get }
    static var requiredKeys: [String] { get }

    /// Whether a second step of this kind is a mistake.
    static var isOncePerPlan: Bool { get }

    /// The kinds of steps that must come before a step of this kind. It must need one of each, directly or through
    /// others.
    static var prerequisites: [StepPrerequisite] { get }

    /// Whether a step of this kind has nothing to do once the target is the primary.
    static var belongsBeforeFailover: Bool { get }

    /// Reads the keys of the kind. The caller has read those that every step has, and calls the reader's `finish`
    /// afterwards.
    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self?
}

extension StepSettings {
    static var requiredKeys: [String] { [] }
    static var isOncePerPlan: Bool { false }
    static var prerequisites: [StepPrerequisite] { [] }
    static var belongsBeforeFailover: Bool { false }

    static func readKind(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> StepKind? {
        read(&reader, checks: checks)?.kind
    }
}

/// A kind of step that another kind must need.
struct StepPrerequisite: Sendable {
    enum Absence: Sendable {
        /// A plan without such a step is wrong.
        case isMistake
        /// A plan may lack such a step. If it has one, the dependent step must need it.
        case isFine
        /// Like `isFine`, but if the plan has such a step and it is not needed, the diagnostic points at that step,
        /// because that step is in the wrong place.
        case isFineAndItselfMisplaced(label: String, help: String)
    }

    let kind: StepKind.Name
    let absence: Absence
    /// What could happen otherwise: a clause that follows `step 'x'`.
    let why: String
}
