package import Diagnostics
package import PlanModel
internal import YAMLTree

/// What came of reviewing a plan file: what the reader says, and, if the plan has no mistakes, what the rules say.
package struct Review: Sendable {
    /// `nil` if the file has mistakes. Rules look only at plans without.
    package let plan: Plan?
    /// By place.
    package let diagnostics: [Diagnostic]

    /// - Parameters:
    ///   - checks: the catalogue of checks.
    ///   - applying: those of them that make sense for a plan.
    package init(
        _ file: SourceFile, checks: [CheckDeclaration], applying: (Plan) -> [CheckDeclaration],
        rules: [any ReviewRule.Type] = RuleCatalogue.rules
    ) {
        let reading = Plan.read(file, checks: checks)
        plan = reading.plan
        guard let plan = reading.plan, let root = YAMLDocument.parse(DiagnosticCollector(file)) else {
            diagnostics = reading.diagnostics
            return
        }
        let review = PlanUnderReview(plan: plan, root: root, checks: applying(plan))
        let collector = plan.collector(root: root, checks: checks)
        for rule in rules {
            for finding in rule.findings(in: review) { collector.add(finding, of: rule.declaration) }
        }
        var allowances = Allowances(in: file, root: root)
        let left = allowances.silence(reading.diagnostics + collector.sorted())
        let complaints = plan.collector(root: root, checks: checks)
        allowances.report(to: complaints)
        diagnostics = (left + complaints.sorted()).sortedByPlace()
    }
}

extension DiagnosticCollector {
    fileprivate func add(_ finding: RuleFinding, of rule: RuleDeclaration) {
        add(
            rule.severity, rule.topic, finding.message, at: finding.range, label: finding.label, labels: finding.labels,
            help: [finding.help ?? rule.remedy], fix: finding.fix)
    }
}
