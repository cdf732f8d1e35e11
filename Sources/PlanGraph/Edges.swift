/// Which ids of a list need which others, as positions in the list. Both directions are built once, so that each walk
/// takes linear time.
package struct Edges<ID: Hashable & Sendable>: Sendable {
    package let ids: [ID]
    package let positions: [ID: Int]
    package let needs: [[Int]]
    package let dependents: [[Int]]

    /// `nil` if an id occurs twice or a need is not among the ids.
    package init?(_ list: [(id: ID, needs: [ID])]) {
        var positions = [ID: Int](minimumCapacity: list.count)
        for (position, entry) in list.enumerated() {
            guard positions.updateValue(position, forKey: entry.id) == nil else { return nil }
        }
        var needs = [[Int]]()
        var dependents = [[Int]](repeating: [], count: list.count)
        needs.reserveCapacity(list.count)
        for (position, entry) in list.enumerated() {
            var own = [Int]()
            for need in entry.needs {
                guard let needed = positions[need] else { return nil }
                own.append(needed)
                dependents[needed].append(position)
            }
            needs.append(own)
        }
        self.ids = list.map(\.id)
        self.positions = positions
        self.needs = needs
        self.dependents = dependents
    }

    /// Takes a list with mistakes, too: needs that are not among the ids are ignored, and if an id occurs twice, its
    /// first entry counts.
    package init(lenient list: [(id: ID, needs: [ID])]) {
        var known = Set<ID>()
        let unique = list.filter { known.insert($0.id).inserted }
        let clean = unique.map { (id: $0.id, needs: $0.needs.filter(known.contains)) }
        guard let edges = Self(clean) else { preconditionFailure("ids are unique and needs known by now") }
        self = edges
    }

    package var count: Int { needs.count }

    /// All that any of the given nodes needs, directly or through others. A given node is in the result only if another
    /// given node, or a cycle, needs it; an id that is not in the list has no needs.
    package func needs(ofAny ids: some Sequence<ID>) -> Set<ID> { reachable(from: ids, along: needs) }

    /// All that needs any of the given nodes, directly or through others.
    package func dependents(ofAny ids: some Sequence<ID>) -> Set<ID> { reachable(from: ids, along: dependents) }

    private func reachable(from ids: some Sequence<ID>, along neighbours: [[Int]]) -> Set<ID> {
        var seen = Set<Int>()
        var open = ids.compactMap { positions[$0] }
        while let position = open.popLast() {
            for next in neighbours[position] where seen.insert(next).inserted { open.append(next) }
        }
        return Set(seen.map { self.ids[$0] })
    }

    /// All positions, each after those that it needs, and otherwise in the order given. Takes linear time.
    /// - Precondition: there is no cycle; a plan that was read has been checked.
    package var order: [Int] {
        guard let order = orderUnlessCyclic() else {
            preconditionFailure("needs form a cycle: the plan was not checked")
        }
        return order
    }

    /// The order; `nil` if there is a cycle. The walk goes depth first and keeps a stack of its own: with recursion, a
    /// chain of 10,000 nodes would overflow the thread's stack.
    func orderUnlessCyclic() -> [Int]? {
        var marks = [VisitMark](repeating: .new, count: count)
        var order = [Int]()
        order.reserveCapacity(count)
        var stack: [(position: Int, next: Int)] = []
        for root in 0..<count where marks[root] == .new {
            marks[root] = .open
            stack.append((root, 0))
            while let top = stack.last {
                guard top.next < needs[top.position].count else {
                    marks[top.position] = .closed
                    order.append(top.position)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let need = needs[top.position][top.next]
                switch marks[need] {
                case .open: return nil
                case .closed: break
                case .new:
                    marks[need] = .open
                    stack.append((need, 0))
                }
            }
        }
        return order
    }
}

/// How far a walk through a graph has come with one node.
private enum VisitMark { case new, open, closed }
