package import Values

/// Read-only checks before anything changes. Holds only what the plan says differently from the catalogue.
package struct PreflightStep: Sendable, Hashable {
    /// By check id.
    package var settings: [String: CheckSetting]

    package init(settings: [String: CheckSetting] = [:]) {
        self.settings = settings
    }
}

extension PreflightStep: StepDeclaration {
    package static let name = StepKind.Name.preflight
    package static let meaning =
        "Read-only checks before anything changes. {} runs all of them with their standard limits."
    /// Each check needs a few replies only, but a busy Dragonfly can take seconds for an INFO.
    package static let defaults = StepDefaults(timeout: .seconds(600))

    package var kind: StepKind { .preflight(self) }

    package func summary(_ scene: StepScene) -> String { "\(scene.asking); changes nothing" }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

/// What the plan says about one check of `preflight`.
package struct CheckSetting: Sendable, Hashable {
    /// `nil` keeps the severity of the catalogue.
    package var severity: CheckSeverity?
    /// Limits by key, only those that the plan names.
    package var limits: [String: CheckLimit]

    package init(severity: CheckSeverity? = nil, limits: [String: CheckLimit] = [:]) {
        self.severity = severity
        self.limits = limits
    }
}

/// What it means when a check does not pass.
package enum CheckSeverity: String, Sendable, Hashable, CaseIterable {
    case fail, warn, off
}

/// The value of a limit that a plan may set for a check.
package enum CheckLimit: Sendable, Hashable {
    /// `30%`, as 30.
    case percentage(Int)
    case duration(Duration)
    case size(ByteCount)
    case count(Int)
    /// `on` and `off`, `true` and `false`.
    case flag(Bool)
}

/// The part of a check that the plan language has to know. The checks themselves belong to the operations and are
/// handed to the reader, so that a new check is known to plans and schema without a change here.
package struct CheckDeclaration: Sendable, Hashable, Identifiable {
    package let id: String
    /// What it asks, as a claim that holds if it passes: `the source is a primary`.
    package let title: String
    package let severity: CheckSeverity
    /// Limits and their defaults, in the order they are shown; the case of a default is the type a plan must write.
    package let limits: [Limit]

    package struct Limit: Sendable, Hashable {
        package let key: String
        package let defaultValue: CheckLimit
        /// In which direction the limit catches less.
        package let weaker: Weaker
        /// What the limit means. Editors show this text, which they find in the schema.
        package let meaning: String

        package init(key: String, defaultValue: CheckLimit, weaker: Weaker, meaning: String) {
            self.key = key
            self.defaultValue = defaultValue
            self.weaker = weaker
            self.meaning = meaning
        }
    }

    package init(id: String, title: String, severity: CheckSeverity = .fail, limits: [Limit] = []) {
        self.id = id
        self.title = title
        self.severity = severity
        self.limits = limits
    }
}
