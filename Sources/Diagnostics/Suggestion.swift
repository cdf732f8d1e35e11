/// Finds what somebody probably meant to write.
package enum Suggestion {
    /// How many candidates are searched. A hostile file can have so many that the search would take minutes.
    private static let mostCandidates = 1_000
    private static let longestName = 64

    /// The candidate that is closest to `name`, if one is close enough to be meant. Case, `-` and `_` are ignored.
    package static func closest(to name: String, in candidates: some Collection<String>) -> String? {
        guard !name.isEmpty, name.utf8.count <= longestName else { return nil }
        let written = folded(name)
        // One typing mistake is allowed in a short word, two in a longer one, three in a long one.
        let tolerance = written.count <= 3 ? 1 : written.count <= 7 ? 2 : 3
        var best: (candidate: String, distance: Int)?
        for candidate in candidates.prefix(mostCandidates) where candidate != name {
            let other = folded(candidate)
            guard other.count <= longestName, abs(other.count - written.count) <= tolerance else { continue }
            let distance = editDistance(written, other)
            // If every character of the shorter word was changed, it is another word and not a typing mistake.
            guard distance <= tolerance, distance < min(written.count, other.count) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// `did you mean 'x'?`, or nothing.
    package static func help(for name: String, in candidates: some Collection<String>) -> [String] {
        closest(to: name, in: candidates).map { ["did you mean '\($0)'?"] } ?? []
    }

    private static func folded(_ name: String) -> [UInt8] {
        Array(name.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") })
    }

    /// How many insertions, deletions, replacements and swaps of neighbours turn one word into the other.
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var cost = min(replaced, previous[column] + 1, current[column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, before[column - 2] + 1)
                }
                current.append(cost)
            }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
