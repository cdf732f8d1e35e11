/// What a comparison has found.
package struct ComparisonReport: Sendable, Equatable, Codable {
    /// Keys of the source that were compared, and keys of the target that were looked for at the source.
    package internal(set) var keys: [Side: Int] = [:]
    /// The compared keys of the source by the word for their type.
    package internal(set) var types: [String: Int] = [:]
    /// The same keys by that word and the size of their values.
    package internal(set) var sizes: [String: [SizeClass: Int]] = [:]
    package internal(set) var differences: [Difference.Kind: Int] = [:]
    /// The first differences of each kind.
    package internal(set) var examples: [Difference.Kind: [Difference]] = [:]
    /// Keys that changed at every look.
    package internal(set) var unsettled = 0
    /// After a cutover: keys that differ and were changed since it, and keys of which that cannot be told.
    package internal(set) var changedSince = 0
    package internal(set) var unknownSince = 0
    /// Keys of types whose values cannot be read; their types and expiry were compared.
    package internal(set) var unread = 0
    package internal(set) var databases = 0

    package init() {}

    package var differing: Int { differences.values.reduce(0, +) }

    /// Counts keys of the source.
    mutating func count(_ found: [KeyType], _ seen: [SizeClass]) {
        // There are few classes, so that going through them is cheaper than hashing.
        var counts: [(type: KeyType, size: SizeClass, count: Int)] = []
        for (type, size) in zip(found, seen) {
            if let place = counts.firstIndex(where: { $0.size == size && $0.type == type }) {
                counts[place].count += 1
            } else {
                counts.append((type, size, 1))
            }
        }
        for (type, size, count) in counts {
            types[type.name, default: 0] += count
            sizes[type.name, default: [:]][size, default: 0] += count
            if case .other = type { unread += count }
        }
    }

    mutating func add(_ difference: Difference, examples most: Int) {
        differences[difference.kind, default: 0] += 1
        guard examples[difference.kind]?.count ?? 0 < most else { return }
        examples[difference.kind, default: []].append(difference)
    }
}

/// How far a comparison is.
package struct ComparisonProgress: Sendable, Equatable {
    /// Keys looked at, on the way there and on the way back.
    package internal(set) var done = 0
    /// How many there were on both servers when the comparison began.
    package let total: Int64
    /// Keys that were not the same at the last look and are looked at again.
    package internal(set) var suspects = 0
    /// What was found until now.
    package internal(set) var report = ComparisonReport()

    init(total: Int64) { self.total = total }
}
