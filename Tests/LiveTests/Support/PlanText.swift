import PlanModel
import RESP
import Values

/// A plan as YAML: its servers come from a `Plan`, everything else is given as text.
struct PlanText {
    let plan: Plan
    let name: String
    let steps: [String]
    let onFailure: String
    /// `nil` leaves it to planrun.
    let afterCutover: String?
    let sentinels: [Endpoint]?

    var text: String {
        """
        version: 1
        name: \(name)
        source: { \(instance(plan.source)) }
        target: { \(instance(plan.target)) }
        \(sentinel)
        steps:
        \(steps.map { "  - \($0)" }.joined(separator: "\n"))
        rollback: { on-failure: \(onFailure)\(afterCutover.map { ", after-cutover: \($0)" } ?? "") }

        """
    }

    private func instance(_ instance: InstanceSettings) -> String {
        (["address: \(instance.endpoint)", "engine: \(instance.engine.rawValue)"] + access(instance.access))
            .joined(separator: ", ")
    }

    private var sentinel: String {
        guard let settings = plan.sentinel else { return "" }
        let addresses = sentinels?.map { "\($0)" } ?? settings.endpoints.map { "\($0)" }
        let fields =
            ["primary: \(settings.primary)", "addresses: [\(addresses.joined(separator: ", "))]"]
            + access(settings.access)
        return "sentinel: { \(fields.joined(separator: ", ")) }"
    }

    private func access(_ access: Access) -> [String] {
        var fields: [String] = []
        if let username = access.username { fields.append("username: \(username)") }
        if case .file(let path)? = access.password { fields.append("password: { file: \(path) }") }
        if let ca = access.tls?.ca { fields.append("tls: { ca: \(ca) }") }
        return fields
    }
}
