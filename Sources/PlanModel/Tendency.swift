internal import Values

/// In which direction a setting becomes weaker: a limit that catches less, a wait that ends sooner, a question that is
/// not asked.
package enum Weaker: Sendable, Hashable {
    /// A larger number, duration or size is the weaker one; `true` is larger than `false`.
    case higher
    case lower
    /// One of these words, from the weakest to the strongest. A setting that is left out is weaker than all of them.
    case words([String])
}

/// Whether a change of a setting makes a plan weaker or stronger.
package enum Tendency: String, Sendable, Hashable, CaseIterable {
    case loosened, tightened
}

extension Weaker {
    /// What a change is; `nil` if both values mean the same, or if one of them cannot be compared.
    /// - Parameters:
    ///   - old: as a plan spells it; `nil` where the setting is left out and has no default.
    package func tendency(from old: String?, to new: String?) -> Tendency? {
        guard let (before, after) = strengths(old, new), before != after else { return nil }
        return after < before ? .loosened : .tightened
    }

    private func strengths(_ old: String?, _ new: String?) -> (Double, Double)? {
        // An upper limit that is left out, as the time of an approval, is none.
        func infinite(_ text: String?) -> Double? { text.map(Self.magnitude) ?? .infinity }
        func both(_ strength: (String?) -> Double?) -> (Double, Double)? {
            guard let before = strength(old), let after = strength(new) else { return nil }
            return (before, after)
        }
        return switch self {
        case .higher: both { infinite($0).map { -$0 } }
        case .lower: both { $0.flatMap(Self.magnitude) }
        case .words(let words): both { word in word.map { words.firstIndex(of: $0).map { Double($0) } } ?? -1 }
        }
    }

    /// A quantity of the plan language as a number that can be compared with others of its type.
    private static func magnitude(_ text: String) -> Double? {
        if text == "true" || text == "false" { return text == "true" ? 1 : 0 }
        if text.last == "%" { return Double(text.dropLast()) }
        if let duration = try? Duration(planText: text) { return duration / .seconds(1) }
        if let size = try? ByteCount(planText: text) { return Double(size.bytes) }
        return Double(text)
    }
}

/// A key of the plan language whose value can be weaker or stronger.
package struct PlanLimit: Sendable, Hashable {
    package let key: String
    package let weaker: Weaker
    /// The value that holds where the plan says nothing, as a plan spells it; `nil` if there is none.
    package let defaultText: String?
}

extension StepKind.Name {
    /// The limits among the settings of this kind, `timeout` and `retries` included.
    package var limits: [PlanLimit] {
        settingsType.fields.compactMap(\.limit) + [
            PlanLimit(
                key: CommonSettings.timeout.key, weaker: .higher, defaultText: defaults.timeout.map(\.planText)),
            PlanLimit(key: CommonSettings.retries.key, weaker: .higher, defaultText: String(defaults.retries)),
        ]
    }
}

extension CheckDeclaration {
    /// The limits of the check, and first its severity under the key `severity`.
    package var planLimits: [PlanLimit] {
        [
            PlanLimit(
                key: CheckSetting.severityField.key, weaker: CheckSeverity.weaker, defaultText: severity.rawValue)
        ] + limits.map { PlanLimit(key: $0.key, weaker: $0.weaker, defaultText: $0.defaultValue.planText) }
    }
}

extension CheckSeverity {
    package static let weaker = Weaker.words(["off", "warn", "fail"])
}

extension RollbackSettings.OnFailure {
    package static let weaker = Weaker.words([Self.never, .ask, .automatic].map(\.rawValue))
}
