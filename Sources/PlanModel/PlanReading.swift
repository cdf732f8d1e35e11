package import Diagnostics

/// What came of reading a plan file: a plan without mistakes, or what is wrong with it.
package struct PlanReading: Sendable {
    /// `nil` if there is at least one error.
    package let plan: Plan?
    /// Sorted by place; warnings may stand beside a plan.
    package let diagnostics: [Diagnostic]

    package init(plan: Plan?, diagnostics: [Diagnostic]) {
        self.plan = plan
        self.diagnostics = diagnostics
    }
}

extension Plan {
    /// Reads a plan. Every mistake of the file is reported at once.
    ///
    /// - Parameter checks: the catalogue, against which the settings of `preflight` are read.
    package static func read(_ file: SourceFile, checks: [CheckDeclaration]) -> PlanReading {
        PlanReading(plan: nil, diagnostics: [])
    }

    /// Loads and reads the file at `path`; a file that cannot be loaded is a diagnostic as well.
    package static func load(path: String, checks: [CheckDeclaration]) -> PlanReading {
        PlanReading(plan: nil, diagnostics: [])
    }
}
