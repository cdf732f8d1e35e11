import ArgumentParser
import Diagnostics
import Escaping
import Operations
import PlanModel
import PlanReview

struct LintVerb: Verb {
    enum Threshold: String, ExpressibleByArgument, CaseIterable {
        case error, warning, note

        fileprivate func isReached(by severity: Diagnostic.Severity) -> Bool {
            switch self {
            case .error: severity == .error
            case .warning: severity != .note
            case .note: true
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Say what a careful reviewer would say about plans. Asks no server.",
        discussion: """
            A comment silences a rule for what begins on its line or on the next one, and above the first key for the
            whole file:
              # planrun: allow single-sentinel: the other two come next month

            Exit codes: 0 nothing of that severity, 1 at least one finding, 2 a plan has mistakes.
            """)

    @Argument(help: "The plan files; - reads standard input.", completion: .file(extensions: ["yaml", "yml"]))
    var plans: [String] = []

    @Option(name: .long, help: "\(DiagnosticFormat.choices).")
    var format: DiagnosticFormat = .text

    @Option(
        name: .customLong("fail-on"), help: "Exit 1 for findings of this severity or worse: error, warning or note.")
    var threshold: Threshold = .warning

    @Flag(name: .long, help: "Change the files where no person has to decide, and say what is left.")
    var fix = false

    @Flag(name: .long, help: "All rules, with their severities and reasons; needs no plan.")
    var list = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if plans.isEmpty, !list { throw ValidationError("name a plan file, or say --list to see the rules") }
        if fix, plans.contains("-") { throw ValidationError("--fix changes files, and standard input is none") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        if list {
            context.show(RuleList().text(context.style), indent: 2)
            return .success
        }
        let reviews = plans.map { review($0, context) }
        let diagnostics = reviews.flatMap(\.diagnostics)
        context.show(diagnostics, as: format)
        if !format.renderer.isData {
            for review in reviews where review.diagnostics.isEmpty {
                context.output(VisibleText.escape("\(review.path): ok"))
            }
        }
        if !reviews.allSatisfy(\.isPlan) { return .invalid }
        return diagnostics.contains { threshold.isReached(by: $0.severity) } ? .failure : .success
    }

    private func review(
        _ path: String, _ context: CommandContext
    ) -> (path: String, isPlan: Bool, diagnostics: [Diagnostic]) {
        let checks = PreflightCatalogue.declarations
        do throws(SourceFileError) {
            var file = try context.file(at: path)
            if fix { file = try fixed(file, context) }
            let review = Review(file, checks: checks, applying: PreflightCatalogue.declarations(for:))
            return (file.path, review.plan != nil, review.diagnostics)
        } catch {
            return (path, false, [error.diagnostic])
        }
    }

    private func fixed(_ file: SourceFile, _ context: CommandContext) throws(SourceFileError) -> SourceFile {
        let (fixed, count) = Review.fixed(
            file, checks: PreflightCatalogue.declarations, applying: PreflightCatalogue.declarations(for:))
        guard count > 0 else { return file }
        try file.replace(with: fixed.text)
        context.tell("\(VisibleText.escape(file.path)): \(count.counted("finding", "findings")) fixed")
        return fixed
    }
}
