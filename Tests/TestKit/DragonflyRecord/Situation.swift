/// The state that a Dragonfly is in when it is asked. It can answer the same question differently in each state.
package struct Situation: Sendable, Hashable, CustomStringConvertible {
    /// How the Dragonfly was started.
    package enum Setup: String, Sendable, CaseIterable {
        /// Without a flag file; every client may do everything.
        case bare
        /// From a flag file, with a password for the user `default`.
        case password
        /// From a flag file, with an ACL file.
        case users
    }

    /// What the Dragonfly does at the moment.
    package enum Role: String, Sendable, CaseIterable {
        case primary
        /// It follows a source, and nothing has arrived yet.
        case preparation
        case fullSync = "full-sync"
        case online
        /// It follows a source that is gone.
        case disconnected
        /// It is a primary, and the client that asks has not logged in.
        case locked
    }

    package let setup: Setup
    package let role: Role

    package init(_ setup: Setup, _ role: Role) {
        self.setup = setup
        self.role = role
    }

    package var description: String { "\(setup.rawValue) \(role.rawValue)" }

    package static let all = Setup.allCases.flatMap { setup in
        Role.allCases.filter { !($0 == .locked && setup == .bare) }.map { Situation(setup, $0) }
    }

    /// Names situations in few words: a setup or a role stands for all situations that it has, and `setup role` for a
    /// single one. `nil` stands for all situations but those of clients that have not logged in.
    static func summary(_ situations: Set<Situation>) -> [String]? {
        if situations == Set(all.filter { $0.role != .locked }) { return nil }
        var rest = situations
        var words: [String] = []
        for (name, whole) in wholes where whole.isSubset(of: situations) && !whole.isDisjoint(with: rest) {
            words.append(name)
            rest.subtract(whole)
        }
        return words + all.filter(rest.contains).map(\.description)
    }

    func isMeant(by words: [String]?) -> Bool {
        guard let words else { return role != .locked }
        if role == .locked { return words.contains(role.rawValue) || words.contains(description) }
        return !Set([setup.rawValue, role.rawValue, description]).isDisjoint(with: words)
    }

    private static let wholes: [(name: String, situations: Set<Situation>)] =
        Setup.allCases.map { setup in
            (setup.rawValue, Set(all.filter { $0.setup == setup && $0.role != .locked }))
        } + Role.allCases.map { role in (role.rawValue, Set(all.filter { $0.role == role })) }
}
