package import Execution
import PlanModel
import RESP

/// `users`: makes the users that the source has and the target lacks, and makes the target write them to its file, so
/// that they survive a restart.
///
/// A user that the target already has is left as it is, whatever its rights: only a person knows which of the two users
/// is right.
package struct UsersOperation: Operation {
    let servers: Servers
    let step: UsersStep

    /// The users that this step made, or was about to make when it was stopped.
    struct Memory: Codable, Equatable {
        var made: [String] = []
        /// Why the users would be gone after the target's next start; `nil` if the target has written them to its file.
        var unsaved: String?
    }

    static let rights: [Right] = [.setUser, .deleteUser]

    private var target: Server { servers.target }

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let memory = try context.undo?.decode(Memory.self) ?? Memory()
        let recipes = try await missing()
        try refuseUnknownRules(recipes)
        try refuseWithoutPassword(recipes)
        try await tryPasswords(recipes)
        // Even if no user is missing, an earlier attempt may have made users without writing them to the target's file.
        guard !recipes.isEmpty || !memory.made.isEmpty else { return .done("the target has every user of the source") }
        return .ready(undo: StateValue(memory))
    }

    package func perform(_ context: StepContext) async throws {
        var memory = try context.undo?.decode(Memory.self) ?? Memory()
        for recipe in try await missing() {
            if !memory.made.contains(recipe.name) { memory.made.append(recipe.name) }
            try await context.save(StateValue(memory))
            let command = recipe.command(servers.userPasswords[recipe.name])
            if case .error(let error) = try await target.replies(to: [command])[0] {
                memory.made.removeAll { $0 == recipe.name }
                try await context.save(StateValue(memory))
                throw refused(recipe, error, made: memory.made)
            }
        }
        memory.unsaved = try await UserRecord(target).write()
        try await context.save(StateValue(memory))
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let memory = try context.undo?.decode(Memory.self) ?? Memory()
        let comparison = try await UserComparison(servers)
        let differences = comparison.differences()
        let missing = differences.filter { $0.kind == .missing }.map(\.user)
        guard missing.isEmpty else {
            throw StepFailure(
                code: .usersMissing, what: "the target does not show the users \(Self.list(missing))",
                place: [target.name], world: ["\(servers.source.endpoint) takes writes as before"], isTransient: true)
        }
        let summary =
            memory.made.isEmpty
            ? "the target has every user of the source" : "the target has \(Self.list(memory.made)) as the source has"
        let findings = differences.filter(\.locksOut).map { $0.finding(servers, comparison) }
        let warnings = [memory.unsaved].compactMap(\.self) + findings.map(\.saw)
        guard !warnings.isEmpty else { return StepResult(summary) }
        let unsaved = memory.unsaved == nil ? [] : try await UserRecord(target).remedy()
        return StepResult(
            ([summary] + warnings).joined(separator: "; "), verdict: .warned,
            help: unsaved + findings.flatMap(\.remedy))
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard let memory = try context.undo?.decode(Memory.self), !memory.made.isEmpty else { return nil }
        let present = try await UserTable(target).users
        let removed = memory.made.filter { present[$0] != nil }
        // If the users are gone already, an earlier undo may have been stopped before the target wrote its file.
        guard !removed.isEmpty else {
            let unsaved = try await UserRecord(target).write()
            return unsaved.map { StepResult("the users that planrun made are gone; \($0)") }
        }
        if let sentinel = await servers.sentinelNamingTarget() { throw isPrimary(sentinel) }
        for name in removed { try await target.ask(["ACL", "DELUSER", name]) }
        let unsaved = try await UserRecord(target).write()
        let sentence = "\(target.endpoint) has no \(Self.list(removed)) any more"
        return StepResult(
            unsaved == nil || memory.unsaved != nil
                ? sentence : "\(sentence), but may have them again after its next start: \(unsaved ?? "")")
    }

    package func inherited(_ undo: StateValue) async -> StateValue? { await leftovers(undo).isEmpty ? nil : undo }

    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        guard let made = try? undo.decode(Memory.self).made, !made.isEmpty else { return [] }
        // Applications log in there as these users.
        if await servers.sentinelNamingTarget() != nil { return [] }
        let present = try? await UserTable(target).users
        let left = made.filter { present?[$0] != nil || present == nil }
        guard !left.isEmpty else { return [] }
        return [
            Leftover(
                target.name,
                (present == nil ? "it does not answer, and may still have users" : "has users")
                    + " that the run made: \(Self.list(left))",
                commands: [target.commandLine(.leftUsers, left)])
        ]
    }

    private func missing() async throws -> [UserRecipe] {
        try await UserComparison(servers).missing(servers)
    }

    static func list(_ names: [String]) -> String {
        names.map { "'\($0.printable(limit: 80))'" }.joined(separator: ", ")
    }
}

extension UsersOperation {
    private func refuseUnknownRules(_ recipes: [UserRecipe]) throws(StepFailure) {
        let strange = recipes.filter { !$0.unknownRules.isEmpty }
        guard !strange.isEmpty else { return }
        let list = strange.map { "'\($0.name.printable(limit: 80))': \($0.unknownRules.joined(separator: " "))" }
        throw StepFailure(
            code: .userRulesUnknown,
            what: "the target does not know rules of the source's users: \(list.joined(separator: "; "))",
            place: [target.name], world: ["nothing was changed"],
            help: strange.map { "\($0.line), if these rules are not needed" }
                + ["then resume: users that the target has are left as they are"])
    }

    private func refuseWithoutPassword(_ recipes: [UserRecipe]) throws(StepFailure) {
        let locked = recipes.filter(\.lacksPassword)
        guard !locked.isEmpty else { return }
        throw StepFailure(
            code: .userPasswordNeeded,
            what:
                "the target can have the users \(Self.list(locked.map(\.name))) only with their passwords, and the plan does not say where these are",
            place: [target.name], world: ["nothing was changed"],
            help: [
                "name them: users: { passwords: { \(locked[0].name.printable(limit: 80)): { env: NAME } } }"
            ] + locked.map { "or, \($0.line)" })
    }

    /// Tries the passwords that the plan gives for its users at the source.
    private func tryPasswords(_ recipes: [UserRecipe]) async throws {
        for recipe in recipes where recipe.usesPlanPassword {
            var settings = servers.source.settings
            (settings.username, settings.password) = (recipe.name, servers.userPasswords[recipe.name])
            do {
                // An error reply to PING does no harm: it means that the user lacks the right, but has logged in.
                try await servers.withSession(servers.source, settings) { try await $0.replies(to: [["PING"]]) }
            } catch let failure as StepFailure where failure.code == .session(.authenticationFailed) {
                throw StepFailure(
                    code: .userPasswordWrong,
                    what: "the source does not take the password that the plan gives for \(Self.list([recipe.name]))",
                    place: [servers.source.name], world: ["nothing was changed"],
                    help: ["correct what 'passwords' of 'users' names for it"])
            }
        }
    }

    private func refused(_ recipe: UserRecipe, _ error: RESPError, made: [String]) -> StepFailure {
        StepFailure(
            code: .userRefused,
            what:
                "the target refused to make the user \(Self.list([recipe.name])): \(error.message.printable(limit: 200))",
            place: [target.name],
            world: made.isEmpty
                ? ["no user was made"]
                : ["\(Self.list(made)) were made before it; rollback removes them, resume goes on with the rest"],
            help: [recipe.line])
    }

    /// The failure if a Sentinel names the target as the primary. Applications then log in at the target as these
    /// users, so they must not be removed.
    private func isPrimary(_ sentinel: Sentinel) -> StepFailure {
        StepFailure(
            code: .targetIsPrimary,
            what: "\(sentinel.name) names the target as the primary: its users are not removed",
            place: [sentinel.name, target.name],
            world: ["applications use \(target.endpoint) as these users; nothing was removed"],
            help: ["make \(servers.source.endpoint) the primary again, and roll back then"])
    }
}
