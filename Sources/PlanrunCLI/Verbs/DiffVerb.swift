import ArgumentParser
import Diagnostics
import Operations
import PlanModel
import PlanReview

struct DiffVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, markdown, json
    }

    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show in what two versions of a plan differ, by what they mean. Asks no server.",
        discussion: """
            A version is a file, - for standard input, or a file of a git revision:
              planrun diff main:plans/prod.yaml plans/prod.yaml

            Exit codes: 0; with --exit-code 1 if they differ; 2 a plan has mistakes.
            """)

    @Argument(help: "The earlier version.", completion: .file(extensions: ["yaml", "yml"]))
    var old: String

    @Argument(help: "The later version.", completion: .file(extensions: ["yaml", "yml"]))
    var new: String

    @Option(name: .long, help: "text, markdown or json.")
    var format: Format = .text

    @Flag(name: .customLong("exit-code"), help: "Exit 1 if they differ.")
    var exitCode = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if old == "-", new == "-" { throw ValidationError("only one of the versions can be standard input") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let (before, after) = (try await plan(old, context), try await plan(new, context))
        guard let before, let after else { return .invalid }
        let difference = PlanDifference(from: before, to: after, checks: PreflightCatalogue.declarations)
        let view = DifferenceView(difference: difference, old: before.file.path, new: after.file.path)
        switch format {
        case .text: context.show(view.text(context.style), indent: 4)
        case .markdown: context.output(view.markdown)
        case .json: context.output(JSONText.of(view.record))
        }
        return exitCode && !difference.changes.isEmpty ? .failure : .success
    }

    /// - Returns: `nil` after what is wrong with the version was printed.
    private func plan(_ version: String, _ context: CommandContext) async throws -> Plan? {
        let file: SourceFile
        do {
            file = try await PlanVersion(version).file(context)
        } catch let error as SourceFileError {
            context.show([error.diagnostic])
            return nil
        }
        let reading = Plan.read(file, checks: PreflightCatalogue.declarations)
        // Warnings are for whoever writes the plan; here they would say the same of both versions.
        if reading.plan == nil { context.show(reading.diagnostics) }
        return reading.plan
    }
}
