/// In which state a Dragonfly is asked. One question can have another answer in each.
package struct Situation: Sendable, Hashable, CustomStringConvertible {
    /// How it was started.
    package enum Setup: String, Sendable, CaseIterable {
        /// Without a file of its own; whoever connects may do everything.
        case bare
        /// From a flag file, with a password for the user `default`.
        case password
        /// From a flag file, with an ACL file.
        case users
    }

    /// What it does at the moment.
    package enum Role: String, Sendable, CaseIterable {
        case primary
        /// It follows, and nothing has arrived yet.
        case preparation
        case fullSync = "full-sync"
        case online
        /// It follows a source that is gone.
        case disconnected
        /// It is a primary, and who asks has not logged in.
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

    /// Some situations in few words: `nil` for all of those who are logged in, else setups and roles that are meant as a
    /// whole, and `setup role` for single ones.
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
