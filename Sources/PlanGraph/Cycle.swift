/// Nodes that need each other in a ring, so that none can ever start.
package struct Cycle<ID: Hashable & Sendable>: Sendable, Equatable {
    /// Each needs the next, and the last needs the first. Starts with the one that comes first in the plan.
    package let ids: [ID]

    /// Finds one cycle in each knot of nodes that all need each other: the shortest one through the knot's first node.
    /// The cycles come in the order of the list. Needs that are not among the ids are ignored. If an id occurs twice,
    /// its first entry counts. Both mistakes have diagnostics of their own. Takes time linear in ids and needs.
    package static func all(in list: [(id: ID, needs: [ID])]) -> [Cycle] {
        let edges = Edges(lenient: list)
        let knots = Knots(edges.needs)
        var found = Set<Int>()
        return edges.ids.indices.compactMap { position in
            let knot = knots.number[position]
            guard knots.isCyclic(position), found.insert(knot).inserted else { return nil }
            let ring = shortestRing(from: position, in: edges, inside: { knots.number[$0] == knot })
            return Cycle(ids: ring.map { edges.ids[$0] })
        }
    }

    private static func shortestRing(from start: Int, in edges: Edges<ID>, inside: (Int) -> Bool) -> [Int] {
        var cameFrom: [Int: Int] = [:]
        var open = [start]
        var next = 0
        while next < open.count {
            let position = open[next]
            next += 1
            for need in edges.needs[position] where inside(need) {
                guard need != start else { return path(to: position, cameFrom) }
                guard cameFrom[need] == nil else { continue }
                cameFrom[need] = position
                open.append(need)
            }
        }
        preconditionFailure("a node of a knot has a way back to itself")
    }

    private static func path(to end: Int, _ cameFrom: [Int: Int]) -> [Int] {
        var path = [end]
        var position = end
        while let previous = cameFrom[position] {
            path.append(previous)
            position = previous
        }
        return path.reversed()
    }
}

/// The knots: strongly connected components, found by Tarjan's algorithm. It keeps a stack of its own instead of
/// calling itself, because a chain of 10,000 nodes would overflow the thread's stack.
private struct Knots {
    /// The component of each position.
    private(set) var number: [Int]
    private var size: [Int] = []
    private let needs: [[Int]]

    init(_ needs: [[Int]]) {
        self.needs = needs
        number = [Int](repeating: -1, count: needs.count)
        var index = [Int](repeating: -1, count: needs.count)
        var low = index
        var counter = 0
        var pending: [Int] = []
        var stack: [(position: Int, next: Int)] = []
        for root in 0..<needs.count where index[root] < 0 {
            stack.append((root, 0))
            while let (position, next) = stack.last {
                if index[position] < 0 {
                    (index[position], low[position]) = (counter, counter)
                    counter += 1
                    pending.append(position)
                }
                if next < needs[position].count {
                    stack[stack.count - 1].next += 1
                    let need = needs[position][next]
                    if index[need] < 0 {
                        stack.append((need, 0))
                    } else if number[need] < 0 {
                        low[position] = min(low[position], index[need])
                    }
                    continue
                }
                stack.removeLast()
                if let parent = stack.last?.position { low[parent] = min(low[parent], low[position]) }
                if low[position] == index[position] { close(position, &pending) }
            }
        }
    }

    func isCyclic(_ position: Int) -> Bool {
        size[number[position]] > 1 || needs[position].contains(position)
    }

    private mutating func close(_ root: Int, _ pending: inout [Int]) {
        let start = pending.lastIndex(of: root) ?? 0
        for member in pending[start...] { number[member] = size.count }
        size.append(pending.count - start)
        pending.removeSubrange(start...)
    }
}
