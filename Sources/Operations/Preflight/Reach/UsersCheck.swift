import Execution
import PlanModel

/// Every user who uses the source can log in at the target and do the same there. A user that the plan's `users` step
/// will make counts as present.
struct UsersCheck: Check {
    static let declaration = CheckDeclaration(
        id: "users", title: "applications can log in at the target and do there what they do at the source")

    static func rights(in plan: Plan) -> Rights { UserComparison.rights }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let comparison: UserComparison
        do {
            comparison = try await servers.userComparison()
        } catch let failure as StepFailure where failure.code == .operation(.usersUntold) {
            return .untold(failure.what, at: failure.place, remedy: failure.help)
        }
        let findings = comparison.differences().filter { $0.locksOut && !$0.isBrought(servers, comparison) }
            .map { $0.finding(servers, comparison) }
        let users = comparison.names.filter(comparison.isUsed)
        return .combined(
            findings, passed: "\(users.count.counted("user", "users")) in use, as at the source")
    }
}

/// The target also has the users that nobody uses at the moment, and the rights that nobody has used yet. Their lack
/// would show only later.
struct UnusedUsersCheck: Check {
    static let declaration = CheckDeclaration(
        id: "unused-users", title: "the target has the users and rights that nobody uses now, too", severity: .warn)

    static func rights(in plan: Plan) -> Rights { UserComparison.rights }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let comparison: UserComparison
        do {
            comparison = try await servers.userComparison()
        } catch let failure as StepFailure where failure.code == .operation(.usersUntold) {
            // The check `users` reports this already.
            return .passed("not compared: see the check 'users'")
        }
        let findings = comparison.differences().filter { !$0.locksOut && !$0.isBrought(servers, comparison) }
            .map { $0.finding(servers, comparison) }
        return .combined(findings, passed: "\(comparison.names.count.counted("user", "users")) of the source compared")
    }
}

extension UserDifference {
    /// Whether the plan's `users` step makes the user that is missing.
    fileprivate func isBrought(_ servers: Servers, _ comparison: UserComparison) -> Bool {
        kind == .missing && UserRecipe(user, servers, comparison).isReady
    }
}
