import Diagnostics
import Operations
import PlanModel

extension CommandContext {
    /// The plan at a path. What is wrong with it is printed.
    /// - Throws: `ExitStatus.invalid` where there is at least one error.
    func loadPlan(_ path: String) throws(ExitStatus) -> Plan {
        let reading = Plan.load(path: path, checks: PreflightCatalogue.declarations)
        if !reading.diagnostics.isEmpty { show(reading.diagnostics) }
        guard let plan = reading.plan else { throw .invalid }
        return plan
    }

    /// - Parameter format: one for people is a message, which is left out where there is nothing to say; data is always
    ///   written.
    func show(_ diagnostics: [Diagnostic], as format: DiagnosticFormat = .text) {
        let surface = DiagnosticSurface(isColored: messageStyle.isColored, width: messageStyle.width)
        let text = format.renderer.init(surface).render(diagnostics)
        if format.renderer.isData { return output(text) }
        if !diagnostics.isEmpty { message(String(text.dropLast(text.hasSuffix("\n") ? 1 : 0))) }
    }

    /// Sessions with the servers of a plan.
    /// - Parameter name: what their connections are called.
    /// - Throws: `ExitStatus.invalid` where a secret cannot be read.
    func servers(
        of plan: Plan, as name: ConnectionName = ConnectionName(.reading)
    ) throws(ExitStatus) -> Servers {
        do {
            return try Servers(
                plan: plan, connector: connector, environment: environment, name: name, resolve: resolve)
        } catch let error as SecretError {
            tell(
                Notice(
                    code: error.code.rawValue, what: error.message, details: ["wanted by \(plan.file.path)"],
                    help: [error.help]))
            throw .invalid
        } catch {
            tell(Notice(code: "servers-unusable", what: "\(error)", details: ["wanted by \(plan.file.path)"]))
            throw .invalid
        }
    }
}
