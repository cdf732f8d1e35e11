internal import Diagnostics

/// A step as far as it could be read: enough to check its order among the others, even if it has mistakes of its own.
struct StepDraft {
    /// A need, and where it is written. An unwritten need, which follows from the order of the steps, has the range of
    /// the step's kind key.
    struct Need {
        let id: String
        let range: SourceRange
        let isWritten: Bool
    }

    let id: String
    /// Where the id is written; if the step has no id of its own, where its kind is written, which then is the id.
    let idRange: SourceRange
    /// `nil` for a kind that this version does not know.
    let name: StepKind.Name?
    /// The kind key, at which messages about the step point.
    let nameRange: SourceRange
    /// `nil` if the settings of the step have a mistake.
    let kind: StepKind?
    /// Where `via` is written, for a failover.
    let methodRange: SourceRange?
    var needs: [Need]
    let timeout: Duration?
    let retries: Int
    let range: SourceRange
    /// Whether it is not known for certain what the step does or needs: then no conclusions can be drawn from the order
    /// of the plan.
    let isUncertain: Bool

    var step: Step? {
        kind.map { Step(id: id, kind: $0, needs: needs.map(\.id), timeout: timeout, retries: retries, range: range) }
    }
}
