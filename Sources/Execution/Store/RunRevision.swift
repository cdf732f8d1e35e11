/// Tells one checkpoint from all others: which run it is of, and its number in it.
package struct RunRevision: Sendable, Equatable {
    package let lineage: String
    package let serial: Int
}

extension RunState {
    package var revision: RunRevision { RunRevision(lineage: lineage, serial: serial) }
}
