package import PlanGraph

/// A run that has ended, as the records of later ones keep it: who carried it out, what became of it, and what it has left.
package struct EarlierRun: Sendable, Equatable {
    package let lineage: String
    package let status: RunState.Status
    package let startedAt: Timestamp
    package let updatedAt: Timestamp
    /// The processes that carried it out, the first one first; `nil` if the planrun that recorded it did not tell.
    package let carriedOutBy: [RunHolder]?
    /// Where it came to a halt; `nil` if it never did.
    package let halt: RunState.Halt?
    /// The last node that it began.
    package let lastNode: NodeID?
    /// The longest time between two acknowledged writes across its cutover.
    package let writeGapSeconds: Double?
    /// The same across its way back.
    package let writeGapBackSeconds: Double?
    /// Without what was only read, and without curves. Only the last runs before a record have them.
    package internal(set) var nodes: [RunState.Node]
    package let leftovers: [Leftover]?
    /// The text of its plan, at its end; `nil` if there was no room to keep it.
    package internal(set) var plan: String?
}

extension EarlierRun {
    /// The name that measurements of a step have for the longest time between two acknowledged writes.
    private static let writeGap = "writeGapSeconds"

    /// A run as it stands.
    /// - Parameter nodes: those that are kept.
    package init(_ run: RunState, keeping nodes: [RunState.Node] = []) {
        let gap = { (results: [StepResult?]) in
            results.lazy.compactMap { $0?.facts[Self.writeGap]?.number }.first
        }
        var halt = run.halt
        // What was to be done then is not what is to be done now.
        halt?.why.world = []
        halt?.why.help = []
        self.init(
            lineage: run.lineage, status: run.status, startedAt: run.startedAt, updatedAt: run.updatedAt,
            carriedOutBy: run.carriedOutBy, halt: halt, lastNode: run.nodes.last { $0.attempts > 0 }?.id,
            writeGapSeconds: gap(run.nodes.map(\.result)), writeGapBackSeconds: gap(run.nodes.map(\.undoResult)),
            nodes: nodes,
            leftovers: run.leftovers, plan: run.plan)
    }
}

/// The text of the plan is not among the keys: `RunHistory` writes it, because runs may share one.
extension EarlierRun: Codable {
    private enum CodingKeys: String, CodingKey {
        case lineage, status, startedAt, updatedAt, carriedOutBy, halt, lastNode, writeGapSeconds, writeGapBackSeconds
        case nodes, leftovers
    }
}
