/// What planrun's user must be allowed at each kind of server. Each right is held once, in the order of the
/// declarations.
package struct Rights: Sendable, Equatable {
    /// A kind of server at which planrun's user needs rights.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        case source, target
        /// The replicas that the source has besides the target.
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

    /// The same without one place, for a plan that has no such servers.
    func without(_ place: Place) -> Rights {
        var rest = self
        rest.byPlace[place] = nil
        return rest
    }

    static func sum(_ rights: [Rights]) -> Rights { rights.reduce(.none, +) }
}
