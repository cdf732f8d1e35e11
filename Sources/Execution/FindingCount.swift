import PlanGraph

/// Lets the first findings of each node pass and only counts the others: a step that looks for hours at servers that
/// change every second would fill every log.
struct FindingCount {
    /// How many findings of one node are told.
    static let limit = 100

    private var counts: [NodeID: Int] = [:]

    /// - Returns: what is told: the finding, or that those after it are left out; `nil` for one that is left out.
    mutating func receive(_ text: String, of id: NodeID) -> String? {
        let count = counts[id, default: 0] + 1
        counts[id] = count
        switch count {
        case ...Self.limit: return text
        case Self.limit + 1: return "more than \(Self.limit) findings: the others are only counted from here on"
        default: return nil
        }
    }

    /// Called when the attempt is over.
    /// - Returns: how many findings were left out; `nil` if none were.
    mutating func end(_ id: NodeID) -> String? {
        let left = (counts.removeValue(forKey: id) ?? 0) - Self.limit
        return left > 0 ? "\(left) more \(left == 1 ? "finding was" : "findings were") left out" : nil
    }
}
