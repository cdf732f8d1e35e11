/// A text that a plan hands on, as to a variable of a command or a header of a webhook: it stands in the plan, or is a
/// secret that does not.
package enum VariableValue: Sendable, Hashable {
    case text(String)
    case secret(SecretReference)

    /// As a plan spells it, for somebody who may not see secrets.
    package var safeText: String {
        switch self {
        case .text(let text): text
        case .secret(let reference): reference.safeText
        }
    }
}

extension Plan {
    /// Every secret that the plan refers to, each once.
    package var secrets: [SecretReference] {
        let accesses = [source.access, target.access] + [sentinel?.access].compactMap(\.self)
        let references = accesses.compactMap(\.password) + steps.flatMap(\.kind.secrets) + receiverSecrets
        return references.reduce(into: []) { secrets, secret in
            if !secrets.contains(secret) { secrets.append(secret) }
        }
    }
}

extension Plan {
    /// Those that are given to commands of `run` steps.
    package var hookSecrets: [SecretReference] {
        steps.filter { $0.kind.name == .run }.flatMap(\.kind.secrets)
    }
}

extension StepKind {
    fileprivate var secrets: [SecretReference] {
        switch self {
        case .monitor(let step): [step.password].compactMap(\.self)
        case .users(let step): step.passwords.sorted { $0.key < $1.key }.map(\.value)
        case .replicaof(let step): [step.password].compactMap(\.self)
        case .run(let step):
            step.environment.sorted { $0.key < $1.key }.compactMap { variable in
                if case .secret(let reference) = variable.value { reference } else { nil }
            }
        case .preflight, .backup, .waitForSync, .verify, .approval, .failover, .watch, .decommission: []
        }
    }
}
