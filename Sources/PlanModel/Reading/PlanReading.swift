package import Diagnostics
package import YAMLTree

/// What came of reading a plan file: a plan without mistakes, or what is wrong with it.
package struct PlanReading: Sendable {
    /// `nil` if there is at least one error.
    package let plan: Plan?
    /// Sorted by place. A plan without errors can still have warnings.
    package let diagnostics: [Diagnostic]

    package init(plan: Plan?, diagnostics: [Diagnostic]) {
        self.plan = plan
        self.diagnostics = diagnostics
    }
}

extension Plan {
    /// Reads a plan. Every mistake of the file is reported at once.
    ///
    /// - Parameters:
    ///   - checks: the catalogue, against which the settings of `preflight` are read.
    ///   - environment: the environment variables that are set. A plan that names others gets a warning for each. `nil`
    ///     leaves that to the code that needs their values.
    package static func read(
        _ file: SourceFile, checks: [CheckDeclaration], environment: [String: String]? = nil
    ) -> PlanReading {
        let collector = DiagnosticCollector(file)
        let root = YAMLDocument.parse(collector)
        // Looking for secrets takes longer than reading a plan. Only messages quote the plan, so it is done only if
        // there are messages. A file with aliases is the exception: an alias can bring a password under a harmless key,
        // so all passwords must be found before any value is read.
        let hasAliases = file.text.utf8.contains(UInt8(ascii: "&"))
        if hasAliases { conceal(in: root, collector, checks: checks, findsPlaces: true) }
        let plan = root.flatMap { PlanReader(checks: checks, collector: collector).read($0) }
        if let root, let environment, !collector.hasErrors {
            SecretVariables(environment: environment, collector: collector).check(root)
        }
        if !hasAliases, !collector.isEmpty { conceal(in: root, collector, checks: checks, findsPlaces: false) }
        return PlanReading(plan: collector.hasErrors ? nil : plan, diagnostics: collector.sorted())
    }

    private static func conceal(
        in root: YAMLNode?, _ collector: DiagnosticCollector, checks: [CheckDeclaration], findsPlaces: Bool
    ) {
        let disclosure = Disclosure.ofPlan(checks: checks, isYAML: root != nil)
        collector.disclosure = disclosure
        var concealment = SecretConcealment(disclosure, collector, findsPlaces: findsPlaces)
        if let root { concealment.conceal(in: root) }
        collector.secretPlaces = concealment.places
    }

    /// A collector for what a review says about the plan. Excerpts show as much of the file as those of the reader do.
    /// - Parameter root: the tree of the plan's file.
    package func collector(root: YAMLNode, checks: [CheckDeclaration]) -> DiagnosticCollector {
        let collector = DiagnosticCollector(file)
        Self.conceal(in: root, collector, checks: checks, findsPlaces: false)
        return collector
    }

    /// Loads and reads the file at `path`. If it cannot be loaded, the result has a diagnostic that says so.
    package static func load(
        path: String, checks: [CheckDeclaration], environment: [String: String]? = nil
    ) -> PlanReading {
        do throws(SourceFileError) {
            return read(try SourceFile.load(path: path), checks: checks, environment: environment)
        } catch {
            return PlanReading(plan: nil, diagnostics: [error.diagnostic])
        }
    }
}
