/// What a check saw, and, if it does not pass, what it wants and what to do.
package struct Finding: Sendable, Equatable {
    package let passes: Bool
    /// Whether it counts with the severity of the check. If the servers did not show what the check asks for, or the plan
    /// does not insist on it, the check only warns.
    package var isBinding = true
    package let saw: String
    package let wants: String
    /// How long what was missed may last before it counts; `nil` where it does not pass by itself. A check of a run
    /// waits so long for it.
    package var passesWithin: Duration?
    /// The names of the servers that the finding is about.
    package let place: [String]
    package let remedy: [String]

    package static func passed(_ saw: String) -> Finding {
        Finding(passes: true, saw: saw, wants: "", place: [], remedy: [])
    }

    /// - Parameter limit: how long it may last where it passes by itself.
    package static func missed(
        _ saw: String, wants: String, at place: [String], remedy: [String], passesWithin limit: Duration? = nil
    ) -> Finding {
        Finding(passes: false, saw: saw, wants: wants, passesWithin: limit, place: place, remedy: remedy)
    }

    /// A finding if the servers did not show what the check asks for.
    package static func untold(
        _ saw: String, at place: [String], remedy: [String], passesWithin limit: Duration? = nil
    ) -> Finding {
        Finding(
            passes: false, isBinding: false, saw: saw, wants: "an answer", passesWithin: limit, place: place,
            remedy: remedy)
    }

    /// The same finding where the plan does not insist on what it is about.
    package var asAdvice: Finding {
        var advice = self
        advice.isBinding = false
        return advice
    }

    /// Joins all findings that do not pass into one. Findings without an answer come last, and the first finding
    /// decides what is wanted.
    package static func combined(_ findings: [Finding], passed saw: String) -> Finding {
        let told = findings.filter { !$0.passes && $0.isBinding }
        let missed = told + findings.filter { !$0.isBinding }
        guard let first = missed.first else { return .passed(saw) }
        var remedies: [String] = []
        for remedy in missed.flatMap(\.remedy) where !remedies.contains(remedy) { remedies.append(remedy) }
        var place: [String] = []
        for server in missed.flatMap(\.place) where !place.contains(server) { place.append(server) }
        // One that stays makes it useless to wait for the others.
        let limits = missed.compactMap(\.passesWithin)
        return Finding(
            passes: false, isBinding: !told.isEmpty, saw: missed.map(\.saw).joined(separator: "; "), wants: first.wants,
            passesWithin: limits.count == missed.count ? limits.max() : nil, place: place, remedy: remedies)
    }
}
