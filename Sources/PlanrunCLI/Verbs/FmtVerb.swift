import ArgumentParser
import Diagnostics
import Escaping
import Operations
import PlanGraph
import PlanModel
import YAMLTree

struct FmtVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Write plan files in the one canonical form. Comments and meaning stay; asks no server.",
        discussion: """
            Two blanks of indentation, braces only for what fits on a line, quotes only where they are needed, one empty
            line where there were some.

            Exit codes: 0 done, or nothing to do; 1 with --check: a file is not in that form; 2 a plan has mistakes.
            """)

    @Argument(
        help: "The plan files; - writes standard input to standard output.",
        completion: .file(extensions: ["yaml", "yml"]))
    var plans: [String]

    @Flag(name: .long, help: "Change nothing; name the files that are not in that form, and exit 1 if there are some.")
    var check = false

    @Flag(name: .long, help: "Change nothing; show what would change.")
    var diff = false

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        var status = ExitStatus.success
        for path in plans {
            switch try format(path, context) {
            case .success: break
            case .failure where status == .invalid: break
            case let other: status = other
            }
        }
        return status
    }

    private func format(_ path: String, _ context: CommandContext) throws -> ExitStatus {
        let file: SourceFile
        do throws(SourceFileError) { file = try context.file(at: path) } catch {
            context.show([error.diagnostic])
            return .invalid
        }
        let reading = Plan.read(file, checks: PreflightCatalogue.declarations)
        guard let plan = reading.plan else {
            context.show(reading.diagnostics)
            return .invalid
        }
        guard let text = formatted(plan) else {
            context.tell(
                Notice(
                    code: .verb(.formatUnsafe),
                    what: "'\(file.path)' was left as it is: formatted, it would mean something else",
                    help: ["please report it, with the file"]))
            return .failure
        }
        let isFormatted = text == file.text
        if diff, !isFormatted { context.output(LineDiff(file.text, text).unified(path: file.path)) }
        if path == "-", !diff, !check { context.output(String(text.dropLast())) }
        if check || diff {
            if check, !isFormatted, !diff { context.output(VisibleText.escape(file.path)) }
            return check && !isFormatted ? .failure : .success
        }
        guard path != "-", !isFormatted else { return .success }
        do throws(SourceFileError) { try file.replace(with: text) } catch {
            context.show([error.diagnostic])
            return .failure
        }
        context.output(VisibleText.escape("\(file.path): formatted"))
        return .success
    }

    /// The canonical text; `nil` if it would not be the same plan.
    private func formatted(_ plan: Plan) -> String? {
        guard let text = YAMLFormatter.format(plan.file) else { return nil }
        let file = SourceFile(path: plan.file.path, text: text)
        guard let other = Plan.read(file, checks: PreflightCatalogue.declarations).plan,
            other.changes(since: plan).isEmpty, CompiledPlan(other).graph == CompiledPlan(plan).graph
        else { return nil }
        return text
    }
}
