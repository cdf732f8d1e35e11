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

    func show(_ diagnostics: [Diagnostic]) {
        let renderer = TextRenderer(isColored: terminal?.isColored ?? false, width: terminal?.width ?? 120)
        message(renderer.render(diagnostics))
    }

    /// Sessions with the servers of a plan.
    /// - Throws: `ExitStatus.invalid` where a secret cannot be read.
    func servers(of plan: Plan) throws(ExitStatus) -> Servers {
        do {
            return try Servers(plan: plan, connector: connector, environment: environment, resolve: resolve)
        } catch let error as SecretError {
            message("\(plan.file.path): error[\(error.code.rawValue)]: \(error.message)")
            message("   = help: \(error.help)")
            throw .invalid
        } catch {
            message("\(plan.file.path): error: \(error)")
            throw .invalid
        }
    }
}
