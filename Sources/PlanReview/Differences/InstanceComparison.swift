import PlanModel
import Values

/// In what the servers of two plans, and the logins there, differ.
enum InstanceComparison {
    static func changes(_ old: Plan, _ new: Plan) -> [PlanChange] {
        instance("source", old.source, new.source) + instance("target", old.target, new.target)
            + sentinel(old.sentinel, new.sentinel)
    }

    private static func instance(_ key: String, _ old: InstanceSettings, _ new: InstanceSettings) -> [PlanChange] {
        change(key, "address", "\(old.endpoint)", "\(new.endpoint)")
            + change(key, "engine", old.engine.rawValue, new.engine.rawValue) + access(key, old.access, new.access)
    }

    private static func sentinel(_ old: SentinelSettings?, _ new: SentinelSettings?) -> [PlanChange] {
        guard let old, let new else {
            if let new { return [PlanChange(.added, "sentinel", to: addresses(new.endpoints))] }
            return old.map { [PlanChange(.removed, "sentinel", from: addresses($0.endpoints))] } ?? []
        }
        // The order in which Sentinels are named means nothing.
        let isSame = Set(old.endpoints) == Set(new.endpoints)
        return change("sentinel", "primary", old.primary, new.primary)
            + (isSame ? [] : change("sentinel", "addresses", addresses(old.endpoints), addresses(new.endpoints)))
            + access("sentinel", old.access, new.access)
    }

    private static func addresses(_ endpoints: [Endpoint]) -> String {
        "[\(endpoints.map(\.description).joined(separator: ", "))]"
    }

    private static func access(_ key: String, _ old: Access, _ new: Access) -> [PlanChange] {
        var changes = change(key, "username", old.username, new.username)
        if old.password != new.password {
            changes.append(
                PlanChange(.changed, key, "password", from: old.password?.safeText, to: new.password?.safeText))
        }
        return changes + tls(key, old.tls, new.tls)
    }

    /// Whether connections are encrypted and to whom, from the weakest to the strongest.
    private static let protection = Weaker.words(["false", "{ verify: false }", "true"])

    private static func tls(_ key: String, _ old: TLSSettings?, _ new: TLSSettings?) -> [PlanChange] {
        func word(_ tls: TLSSettings?) -> String { tls.map { $0.verifies ? "true" : "{ verify: false }" } ?? "false" }
        let (before, after) = (word(old), word(new))
        var changes: [PlanChange] = []
        if before != after {
            changes.append(
                PlanChange(
                    .changed, key, "tls", from: before, to: after,
                    tendency: protection.tendency(from: before, to: after)))
        }
        return changes + change(key, "tls.ca", old?.ca, new?.ca)
            + change(key, "tls.cert", old?.certificate, new?.certificate) + change(key, "tls.key", old?.key, new?.key)
            + change(key, "tls.server-name", old?.serverName, new?.serverName)
    }

    private static func change(_ subject: String, _ key: String, _ old: String?, _ new: String?) -> [PlanChange] {
        old == new ? [] : [PlanChange(.changed, subject, key, from: old, to: new)]
    }
}
