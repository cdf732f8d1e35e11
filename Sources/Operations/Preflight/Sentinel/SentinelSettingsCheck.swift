import Execution
import PlanModel
import RedisTopology
import Values

/// All Sentinels have the same settings for the primary, and are at the same configuration epoch.
struct SentinelSettingsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-settings", title: "the Sentinels have the same settings", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let pictures = try await servers.sentinelPictures()
        let findings = Self.settings.compactMap { setting -> Finding? in
            let values = pictures.map { ($0.sentinel, setting.value($0.primary)) }
            guard Set(values.map(\.1)).count > 1 else { return nil }
            let list = values.map { "\($0.1) on \($0.0.endpoint)" }.joined(separator: ", ")
            return .missed(
                "\(setting.name) is \(list)", wants: "the same on all", at: values.map(\.0.name),
                remedy: [setting.remedy ?? Self.remedy(setting.name, servers.primaryName)])
        }
        guard let first = pictures.first?.primary else { return .passed("no Sentinel monitors the primary") }
        return .combined(
            findings,
            passed:
                "quorum \(first.quorum), down after \(first.downAfter.planText), failover-timeout \(first.failoverTimeout.planText), epoch \(first.configEpoch) on \(pictures.count) of \(pictures.count)"
        )
    }

    private static func remedy(_ setting: String, _ primary: String) -> String {
        "set it on each Sentinel: \(AdvisedCommand.sentinelSettings.line(primary, setting, "<value>"))"
    }

    private struct Setting {
        let name: String
        /// `nil` if the setting is one of `SENTINEL SET`.
        var remedy: String?
        let value: @Sendable (SentinelPrimary) -> String

        init(_ name: String, remedy: String? = nil, _ value: @escaping @Sendable (SentinelPrimary) -> String) {
            self.name = name
            self.value = value
            self.remedy = remedy
        }
    }

    private static let settings = [
        Setting("quorum") { "\($0.quorum)" },
        Setting("down-after-milliseconds") { $0.downAfter.planText },
        Setting("failover-timeout") { $0.failoverTimeout.planText },
        Setting("parallel-syncs") { "\($0.parallelSyncs)" },
        Setting(
            "the configuration epoch",
            remedy: "wait some seconds; if it stays, those Sentinels do not hear each other's hello through the source"
        ) { "\($0.configEpoch)" },
    ]
}
