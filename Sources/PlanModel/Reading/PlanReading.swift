package import Diagnostics
internal import YAMLTree

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
        let collector = DiagnosticCollector(file)
        let root = YAMLDocument.parse(collector)
        // A tree with mistakes lacks what was dropped: the second of two keys, the value of an unreadable one.
        if collector.hasErrors { SecretConcealment.concealLines(of: collector) }
        guard let root else {
            return PlanReading(plan: nil, diagnostics: collector.sorted())
        }
        let plan = PlanReader(checks: checks, collector: collector).read(root)
        // A plan without mistakes is quoted nowhere, and looking for secrets takes longer than reading it.
        if !collector.isEmpty { SecretConcealment.conceal(in: root, collector) }
        return PlanReading(plan: collector.hasErrors ? nil : plan, diagnostics: collector.sorted())
    }

    /// Loads and reads the file at `path`; a file that cannot be loaded is a diagnostic as well.
    package static func load(path: String, checks: [CheckDeclaration]) -> PlanReading {
        do throws(SourceFileError) {
            return read(try SourceFile.load(path: path), checks: checks)
        } catch {
            return PlanReading(plan: nil, diagnostics: [error.diagnostic])
        }
    }
}
