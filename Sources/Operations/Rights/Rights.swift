/// What planrun's user must be allowed to do at each kind of server. Each right occurs once, in the order in which the
/// rights were declared.
package struct Rights: Sendable, Equatable {
    /// A kind of server at which planrun's user needs rights.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        case source, target
        /// The source's replicas other than the target.
        case replica
        case sentinel = "Sentinel"
    }

    private var byPlace: [Place: [Right]] = [:]

    static let none = Rights()

    private init() {}

    init(at places: [Place], _ rights: [Right]) {
        for place in places { add(rights, at: place) }
    }

    package subscript(place: Place) -> [Right] { byPlace[place] ?? [] }

    private mutating func add(_ rights: [Right], at place: Place) {
        for right in rights where byPlace[place]?.contains(right) != true { byPlace[place, default: []].append(right) }
    }

    package static func + (left: Rights, right: Rights) -> Rights {
        var sum = left
        for place in Place.allCases { sum.add(right[place], at: place) }
        return sum
    }

    static func += (left: inout Rights, right: Rights) { left = left + right }

    /// These rights without those at one place, for a plan that has no servers of that kind.
    func without(_ place: Place) -> Rights {
        var rest = self
        rest.byPlace[place] = nil
        return rest
    }

    static func sum(_ rights: [Rights]) -> Rights { rights.reduce(.none, +) }
}
