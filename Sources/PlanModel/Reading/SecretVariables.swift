internal import Diagnostics
internal import YAMLTree

/// Warns of the variables that a plan takes secrets from and that are not set here. They may be set where the plan is
/// carried out, so this is no error.
struct SecretVariables {
    let environment: [String: String]
    let collector: DiagnosticCollector

    /// - Parameter node: belongs to a plan without mistakes, so every `env` key in it is a reference to a secret.
    func check(_ node: YAMLNode) {
        for element in node.elements ?? [] { check(element) }
        for entry in node.entries ?? [] {
            if entry.key == "env", let name = entry.value.scalar?.text {
                check(name, at: entry.value.range)
            } else {
                check(entry.value)
            }
        }
    }

    private func check(_ name: String, at range: SourceRange) {
        // A name that does not look like a variable's may be the secret itself.
        let shown = name.isVariableName ? "'\(name)'" : "that 'env' names"
        switch environment[name] {
        case nil:
            collector.warning(
                .secretUnset, "the environment variable \(shown) is not set here", at: range,
                help: ["set it where the plan is carried out"])
        case "":
            collector.warning(
                .secretUnset, "the environment variable \(shown) is empty here", at: range,
                help: ["set it where the plan is carried out, or remove 'password' if the server asks for none"])
        default: break
        }
    }
}
