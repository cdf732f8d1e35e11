import Escaping
package import PlanGraph

/// Something that a run has changed on a server and not put back, and what a person types to put it back.
package struct Leftover: Sendable, Equatable, Codable {
    /// On which server: `source 10.0.0.1:6379`.
    package var place: String
    /// `replica-priority is 0 (before the run: 100)`: lower case, no full stop.
    package var what: String
    /// Lines for a shell, in the order in which they are to be typed. None where a person has to decide first.
    package var commands: [String]

    /// What a server said may stand in every text: it is escaped here.
    package init(_ place: String, _ what: String, commands: [String] = []) {
        self.place = VisibleText.escape(place)
        self.what = VisibleText.escape(what)
        self.commands = commands.map(VisibleText.escape)
    }
}

extension RunState {
    /// What the run has changed and not put back, last first: by the record, and by what the servers say as far as they
    /// answer. Changes nothing.
    /// - Parameter others: nodes that are left out.
    package func leftovers(
        in graph: StepGraph, asking provider: some OperationProvider, except others: Set<NodeID> = []
    ) async -> [Leftover] {
        var leftovers: [Leftover] = []
        for node in nodes.reversed() where node.mayBeInPlace && graph[node.id] != nil && !others.contains(node.id) {
            guard let undo = node.undo else { continue }
            leftovers += await provider.operation(for: node.id).leftovers(undo)
        }
        return leftovers
    }

    /// What still stands in the configuration files of servers after this run was taken back: one thing for each server. The
    /// record after that holds no undo data any more, so it is asked of the record from before.
    package func leftInFiles(in graph: StepGraph, asking provider: some OperationProvider) async -> [Leftover] {
        var leftovers: [Leftover] = []
        for node in nodes.reversed() where node.mayBeInPlace && graph[node.id] != nil {
            guard let undo = node.undo else { continue }
            for leftover in await provider.operation(for: node.id).leftInFiles(undo)
            where !leftovers.contains(where: { $0.place == leftover.place }) { leftovers.append(leftover) }
        }
        return leftovers
    }

    /// The same run, ended by a person who takes what it leaves behind into their own hands.
    /// - Parameter holder: the process in which they said so.
    package func abandoned(leaving leftovers: [Leftover], by holder: RunHolder?, at now: Timestamp) -> RunState {
        var state = self
        state.note(holder)
        state.status = .abandoned
        state.leftovers = (state.leftovers ?? []) + leftovers
        state.serial += 1
        state.updatedAt = now
        return state
    }
}
