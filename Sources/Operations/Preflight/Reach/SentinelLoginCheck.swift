import Execution
import PlanModel
import RESP
import RedisTopology

/// The target accepts the login with which the Sentinels watch the source. A Sentinel has one `auth-user` and
/// `auth-pass` for a primary and all its replicas, and shows neither.
struct SentinelLoginCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-login", title: "the target takes the login of the Sentinels")

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], [.users, .getUser]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        // A Sentinel that has only just heard of the target may still be connecting, so it is asked for some seconds.
        let watch = Stopwatch(servers.clock)
        while let finding = try await seen(servers) {
            if finding.passes || watch.elapsed > .seconds(3) { return finding }
            try await servers.clock.sleep(for: .milliseconds(100))
        }
        let users = try await servers.sentinelUsers()
        let findings = try await users.atOnce { user in
            user == "default" ? try await defaultUser(servers) : try await namedUser(user, servers)
        }
        guard let first = findings.first else {
            return .untold(
                "\(servers.source.name) does not show as whom the Sentinels are logged in", at: [servers.source.name],
                remedy: ["make sure that the target takes the auth-user and auth-pass of the Sentinels"],
                // One that was just started has yet to log in.
                passesWithin: .seconds(5))
        }
        return .combined(findings, passed: first.saw)
    }

    /// What the Sentinels themselves say, if all of them already know the target; otherwise `nil`.
    private func seen(_ servers: Servers) async throws -> Finding? {
        var findings: [Finding] = []
        for picture in try await servers.sentinelPictures() {
            for replica in picture.replicas where await servers.isSame(replica.address, as: servers.target) {
                findings.append(
                    replica.flags.isHealthy
                        ? .passed("the Sentinels are logged in at the target")
                        : .missed(
                            "\(picture.sentinel.name) cannot log in at \(servers.target.name), or cannot reach it",
                            wants: "a Sentinel that is connected to the target", at: [picture.sentinel.name],
                            remedy: [remedy(servers.target)]))
            }
        }
        guard findings.count == servers.sentinels.count else { return nil }
        return .combined(findings, passed: "the Sentinels are logged in at the target")
    }

    private func remedy(_ target: Server) -> String {
        "make \(target.endpoint) accept the auth-user and auth-pass of the Sentinels: they use one pair for source and target"
    }

    /// Judges Sentinels that log in as `default`: with the password of the source, or without any.
    private func defaultUser(_ servers: Servers) async throws -> Finding {
        let target = servers.target
        if try await takes(nil, target, servers) { return .passed("the target asks for no password") }
        guard servers.source.settings.username ?? "default" == "default" else {
            return try await namedUser("default", servers)
        }
        guard let password = servers.source.settings.password else {
            return .missed(
                "\(target.name) asks for a password, and the Sentinels need none for the source",
                wants: "the same login on source and target", at: [target.name],
                remedy: [
                    "set the target's password on the source, too, and as auth-pass on the Sentinels, or remove it from the target"
                ])
        }
        if try await takes(password, target, servers) {
            return .passed("the target takes the password of the source")
        }
        return .missed(
            "\(target.name) refuses the password with which the Sentinels log in at the source",
            wants: "the same login on source and target", at: [target.name], remedy: [remedy(target)])
    }

    private func takes(_ password: Secret?, _ target: Server, _ servers: Servers) async throws -> Bool {
        var settings = target.settings
        (settings.username, settings.password) = (nil, password)
        do {
            try await servers.withSession(target, settings) { try await $0.replies(to: [["PING"]]) }
            return true
        } catch let failure as StepFailure where failure.code == .session(.authenticationFailed) {
            return false
        }
    }

    /// Judges Sentinels that log in as a named user: the target must have this user, and both source and target must
    /// accept its password.
    private func namedUser(_ user: String, _ servers: Servers) async throws -> Finding {
        let (source, target) = (servers.source, servers.target)
        let title = "'\(user.printable)'"
        let replies = try await [source, target].atOnce {
            try await $0.replies(to: [["ACL", "USERS"], Command(["ACL", "GETUSER", user])])
        }
        if let users = replies[1][0].array, !users.contains(where: { $0.string == user }) {
            if await servers.willBring(user) {
                return .passed("the plan's step 'users' brings the user \(title) of the Sentinels to the target")
            }
            return .missed(
                "\(target.name) has no user \(title), as which the Sentinels log in",
                wants: "the same login on source and target",
                at: [target.name], remedy: [remedy(target)])
        }
        guard let ours = try? ACLUser(replies[0][1]), let theirs = try? ACLUser(replies[1][1]) else {
            return .untold(
                "planrun cannot find out whether the user \(title), as which the Sentinels log in, has the same password on source and target",
                at: [source.name, target.name],
                remedy: ["allow planrun +acl|users +acl|getuser on both, or compare by hand"])
        }
        if theirs.isOn, theirs.needsNoPassword || theirs.sharesPassword(with: ours) {
            return .passed("the target takes the user \(title) of the Sentinels")
        }
        return .missed(
            theirs.isOn
                ? "the user \(title), as which the Sentinels log in, has another password at \(target.name) than at the source"
                : "the user \(title), as which the Sentinels log in, is off at \(target.name)",
            wants: "the same login on source and target", at: [target.name], remedy: [remedy(target)])
    }
}
