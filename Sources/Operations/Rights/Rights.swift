package import PlanModel

/// What planrun's user must be allowed at each of the servers, each right once, in the order in which they were declared.
package struct Rights: Sendable, Equatable {
    private var byPart: [Server.Part: [Right]] = [:]

    static let none = Rights()

    private init() {}

    init(at parts: [Server.Part], _ rights: [Right]) {
        for part in parts { add(rights, at: part) }
    }

    package subscript(part: Server.Part) -> [Right] { byPart[part] ?? [] }

    private mutating func add(_ rights: [Right], at part: Server.Part) {
        for right in rights where byPart[part]?.contains(right) != true { byPart[part, default: []].append(right) }
    }

    package static func + (left: Rights, right: Rights) -> Rights {
        var sum = left
        for part in Server.Part.allCases { sum.add(right[part], at: part) }
        return sum
    }

    static func += (left: inout Rights, right: Rights) { left = left + right }

    /// For a plan that has no such servers.
    func without(_ part: Server.Part) -> Rights {
        var rest = self
        rest.byPart[part] = nil
        return rest
    }

    static func sum(_ rights: [Rights]) -> Rights { rights.reduce(.none, +) }
}

extension Plan {
    /// Everything that planrun sends in a run of this plan, on its way back, and when it looks at the servers meanwhile.
    package var rights: Rights {
        let places = StepPlaces(self)
        let all = Servers.rights(self) + .sum(steps.map { $0.kind.execution.rights(at: places[$0]) })
        return sentinel == nil ? all.without(.sentinel) : all
    }
}
