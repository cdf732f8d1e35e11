/// Who needs whom, as positions in a list of ids: both directions, built once, so that each walk is linear.
package struct Edges: Sendable {
    package let positions: [String: Int]
    package let needs: [[Int]]
    package let dependents: [[Int]]

    /// `nil` if an id occurs twice or a need is not among the ids.
    init?(_ list: [(id: String, needs: [String])]) {
        var positions = [String: Int](minimumCapacity: list.count)
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
        self.positions = positions
        self.needs = needs
        self.dependents = dependents
    }

    package var count: Int { needs.count }

    /// Every position after all that it needs; otherwise in the order given. `nil` if there is a cycle.
    ///
    /// Depth first with a stack of our own: a chain of 10,000 nodes must not end on the thread's.
    func order() -> [Int]? {
        enum Mark { case new, open, closed }
        var marks = [Mark](repeating: .new, count: count)
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

    /// Everything that can be reached from `start` along `neighbours`, without the start itself.
    func reachable(from start: [Int], along neighbours: [[Int]]) -> Set<Int> {
        var seen = Set<Int>()
        var open = start
        while let position = open.popLast() {
            for next in neighbours[position] where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }
}
