import Diagnostics
import Execution
import Operations
import PlanModel

extension CommandContext {
    /// The file at a path; standard input for `-`.
    func file(at path: String) throws(SourceFileError) -> SourceFile {
        path == "-" ? try standardInput() : try SourceFile.load(path: path)
    }

    /// Reads the plan at a path, and prints what is wrong with it.
    /// - Throws: `ExitStatus.invalid` if there is at least one error.
    func loadPlan(_ path: String) throws(ExitStatus) -> Plan {
        let reading = Plan.load(path: path, checks: PreflightCatalogue.declarations)
        if !reading.diagnostics.isEmpty { show(reading.diagnostics) }
        guard let plan = reading.plan else { throw .invalid }
        return plan
    }

    /// - Parameter format: a format for people is printed as a message, and only if there are diagnostics; a format for
    ///   programs is always printed, as data.
    func show(_ diagnostics: [Diagnostic], as format: DiagnosticFormat = .text) {
        let surface = DiagnosticSurface(
            isColored: messageStyle.isColored, width: messageStyle.width, version: PlanrunCommand.versionNumber)
        let text = format.renderer.init(surface).render(diagnostics)
        if format.renderer.isData { return output(text) }
        if !diagnostics.isEmpty { message(String(text.dropLast(text.hasSuffix("\n") ? 1 : 0))) }
    }

    /// Opens sessions with the servers of a plan.
    /// - Parameter name: the name that the servers list the connections by.
    /// - Throws: `ExitStatus.invalid` if a secret cannot be read.
    func servers(
        of plan: Plan, as name: ConnectionName = ConnectionName(.reading)
    ) throws(ExitStatus) -> Servers {
        do throws(SecretError) {
            return try Servers(
                plan: plan, connector: connector, environment: environment, name: name, resolve: resolve)
        } catch {
            tell(
                Notice(
                    code: FailureCode(error.code), what: error.message, details: ["wanted by \(plan.file.path)"],
                    help: [error.help]))
            throw .invalid
        }
    }
}
