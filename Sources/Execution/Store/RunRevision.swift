/// Tells one checkpoint from all others: the run that it belongs to, and its number in that run.
package struct RunRevision: Sendable, Equatable {
    package let lineage: String
    package let serial: Int
}

extension RunState {
    package var revision: RunRevision { RunRevision(lineage: lineage, serial: serial) }
}
