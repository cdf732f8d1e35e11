import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// After the cutover the source can follow the target, so that going back loses no write. What would make that slow or
/// costly is told, too.
///
/// If the plan demands `after-cutover: keep`, what rules it out is a failure. Otherwise it is a warning: there is no way
/// back then.
struct WayBackCheck: Check {
    static let declaration = CheckDeclaration(
        id: "way-back", title: "the source can follow the target after the cutover, so that going back loses no write",
        limits: [
            .init(
                key: "covers", defaultValue: .duration(.seconds(60)), weaker: .lower,
                meaning: "how long the source's link to the target may be lost before it needs a full sync"),
            SyncForecast.rateLimit,
        ])

    static func applies(to plan: Plan) -> Bool {
        switch plan.rollback.afterCutover {
        case .keep, nil: plan.failover != nil
        case .discardWrites, .stop: false
        }
    }

    static func rights(in plan: Plan) -> Rights {
        plan.target.engine == .dragonfly ? .none : Rights(at: [.target], RightsInquiry.rights)
    }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        guard let step = servers.plan.failover else { preconditionFailure("the plan does not cut over") }
        let after = try await AfterCutover.read(servers, step)
        if let obstacle = after.obstacleToKeep { return Self.impossible(obstacle, servers) }
        let login = try await login(servers)
        let risks = try await Self.bufferRisks(servers, limits) + Self.sourceRisks(servers)
        let stall = ExpectedStall(via: step.methodBack(hasSentinels: servers.plan.sentinel != nil)).sentence
        return .combined(
            login + risks, passed: "\(try await Self.pair(servers)): no write will be lost in going back, and \(stall)")
    }

    /// Both versions by name, and the format in which the target would send its data.
    private static func pair(_ servers: Servers) async throws -> String {
        let (source, target) = (try await servers.source.serverInfo(), try await servers.target.serverInfo())
        let pair = try await VersionPair(source: target, target: source).asConfigured(servers.target, servers.source)
        let format = pair.format.map { ", whose RDB version \($0) it reads" }
        return
            "the source, \(source.engine.rawValue) \(source.version), can follow \(target.engine.rawValue) \(target.version)\(format ?? "")"
    }

    private static func impossible(_ obstacle: String, _ servers: Servers) -> Finding {
        let isDemanded = servers.plan.rollback.afterCutover == .keep
        let finding = Finding.missed(
            "after the cutover there is no way back without loss: \(obstacle)",
            wants: "a source that can follow the target", at: [servers.source.name],
            remedy: [
                isDemanded
                    ? "leave 'after-cutover: keep' out of the plan, or write 'discard-writes', which gives up what is written after the cutover"
                    : "write 'after-cutover: stop' to agree, or 'discard-writes' for a way back that gives up what is written after the cutover"
            ])
        return isDemanded ? finding : finding.asAdvice
    }
}

/// The login of the source at the target: the user with which it will follow.
extension WayBackCheck {
    private func login(_ servers: Servers) async throws -> [Finding] {
        let (target, source) = (servers.target, servers.source)
        var user = target.settings.username
        var password = target.settings.password
        if password == nil {
            user = try await source.setting("masteruser").flatMap { $0.isEmpty ? nil : $0 }
            password = try await source.setting("masterauth").flatMap { $0.isEmpty ? nil : Secret($0) }
        }
        // Where planrun itself is refused, that is the cause.
        try await target.ask(["INFO", "server"])
        var settings = target.settings
        (settings.username, settings.password) = (user, password)
        do {
            try await servers.withSession(target, settings) { try await $0.replies(to: [["PING"]]) }
        } catch let failure as StepFailure where failure.code == .session(.authenticationFailed) {
            return [
                .missed(
                    "the target refuses the source, which would log in as '\((user ?? "default").printable)': \(failure.what)",
                    wants: "a login that the target takes", at: [target.name],
                    remedy: [
                        "correct masteruser and masterauth on \(source.endpoint), or name 'username' and 'password' of the target in the plan"
                    ])
            ]
        }
        let inquiry = RightsInquiry(instance: target, user: user ?? "default", rights: Right.replication)
        return [inquiry.finding(try await inquiry.answer(), whose: "the source's user")]
    }
}

/// What would cost the source a full sync, or the way back, although it can follow.
extension WayBackCheck {
    private static func bufferRisks(_ servers: Servers, _ limits: CheckLimits) async throws -> [Finding] {
        let target = servers.target
        let forecast = try await SyncForecast.read(servers, transferRate: limits.size("transfer-rate"))
        let covers = limits.duration("covers")
        let needed = forecast.writeRate.multiplied(saturating: Int64(saturating: covers / .seconds(1)))
        var findings: [Finding] = []
        if let backlog = try await target.integerSetting("repl-backlog-size"), backlog < needed {
            findings.append(
                .missed(
                    "repl-backlog-size of the target is \(ByteCount(bytes: backlog).text): after \(covers.planText) without its link the source needs a full sync, during which there is no way back",
                    wants: "\(ByteCount(bytes: needed).text)", at: [target.name],
                    remedy: ["raise repl-backlog-size of \(target.endpoint) to \(needed)"]
                ).asAdvice)
        }
        let buffered = forecast.writtenMeanwhile.multiplied(saturating: 2)
        let setting = try await target.setting("client-output-buffer-limit") ?? ""
        if let limit = ReplicaBufferLimit(setting), limit.isExceeded(by: buffered, for: forecast.duration) {
            findings.append(
                .missed(
                    "client-output-buffer-limit replica of the target is \(limit.text), and \(forecast.basis): a full sync of the source would break off",
                    wants: "twice what is written during the sync", at: [target.name],
                    remedy: [
                        "raise client-output-buffer-limit of \(target.endpoint) for replicas to \(buffered)"
                    ]
                ).asAdvice)
        }
        return findings
    }

    private static func sourceRisks(_ servers: Servers) async throws -> [Finding] {
        let source = servers.source
        var findings: [Finding] = []
        if try await !source.hasConfigurationFile() {
            findings.append(
                .missed(
                    "\(source.endpoint) runs without a configuration file: started again after the cutover it does not follow the target, and there is no way back",
                    wants: "a file that it can write", at: [source.name],
                    remedy: ["start \(source.endpoint) with a configuration file, or do not start it again"]
                ).asAdvice)
        }
        let (own, other) = (
            try await source.integerSetting("maxmemory") ?? 0, try await servers.target.integerSetting("maxmemory") ?? 0
        )
        if own > 0, other == 0 || other > own {
            findings.append(
                .missed(
                    "maxmemory of the source is \(ByteCount(bytes: own).text), and that of the target \(other == 0 ? "unlimited" : ByteCount(bytes: other).text): what grows beyond it has no room after going back",
                    wants: "as much as the target has", at: [source.name],
                    remedy: [
                        "raise maxmemory of \(source.endpoint) before going back, if its machine has it"
                    ]
                ).asAdvice)
        }
        return findings
    }
}
