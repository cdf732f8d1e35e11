import ArgumentParser
import Diagnostics
import Escaping
import FoundationEssentials
import Operations
import PlanModel

struct ValidateVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check plan files; every mistake is shown at once. Asks no server.")

    @Argument(help: "The plan files; - reads standard input.", completion: .file(extensions: ["yaml", "yml"]))
    var plans: [String]

    @Option(name: .long, help: "\(DiagnosticFormat.choices).")
    var format: DiagnosticFormat = .text

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let readings = plans.map { read($0, context) }
        let diagnostics = readings.flatMap(\.diagnostics)
        context.show(diagnostics, as: format)
        if !format.renderer.isData {
            for plan in readings.lazy.compactMap(\.plan) {
                let steps = plan.steps.count.counted("step", "steps")
                context.output(VisibleText.escape("\(plan.file.path): ok, '\(plan.name)', \(steps)"))
            }
        }
        return readings.allSatisfy { $0.plan != nil } ? .success : .invalid
    }

    private func read(_ path: String, _ context: CommandContext) -> PlanReading {
        do throws(SourceFileError) {
            return Plan.read(
                try context.file(at: path), checks: PreflightCatalogue.declarations, environment: context.environment)
        } catch {
            return PlanReading(plan: nil, diagnostics: [error.diagnostic])
        }
    }
}

extension DiagnosticFormat: ExpressibleByArgument {}

/// JSON that people can read, too: indented, with sorted keys.
enum JSONText {
    static func of(_ value: some Encodable) -> String {
        encode(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    /// On one line.
    static func line(of value: some Encodable) -> String { encode(value, [.sortedKeys, .withoutEscapingSlashes]) }

    private static func encode(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a result holds only strings, numbers and lists of them")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }
}
