/// A graph as it is drawn: one box for each step, however many nodes the step has.
package struct Drawing {
    struct Box {
        /// The name of the step.
        let name: String
        /// What stands below the name, in lines that are short enough for a box.
        let lines: [String]
        /// Whether `lines` is a list, which reads better along the left edge than in the middle.
        let isList: Bool
        let role: StepGraph.Role
        /// The positions of the boxes from which an arrow comes.
        let needs: [Int]
    }

    /// In the order in which the steps first appear.
    let boxes: [Box]

    /// How many boxes stand beside each other at most where they are drawn, so that a page is wide enough.
    private static let boxesInRow = 4

    /// Pairs of boxes of which the second shall stand below the first, although no arrow leads there: steps that could
    /// run at the same time would otherwise all stand beside each other.
    var stacked: [(upper: Int, lower: Int)] {
        var depths: [Int: Int] = [:]
        func depth(_ number: Int) -> Int {
            if let known = depths[number] { return known }
            let depth = (boxes[number].needs.map(depth).max() ?? -1) + 1
            depths[number] = depth
            return depth
        }
        let levels = Dictionary(grouping: boxes.indices, by: depth).sorted { $0.key < $1.key }.map(\.value)
        return levels.flatMap { level in zip(level, level.dropFirst(Self.boxesInRow)).map { (upper: $0, lower: $1) } }
    }

    /// - Parameter showsChecks: whether the checks of a step are listed in its box. A box says otherwise how many there
    ///   are, because the standard checks of a preflight fill a screen.
    package init(_ graph: StepGraph, showsChecks: Bool = false) {
        let undone = graph.isWayBack ? [] : Set(graph.rollbackGraph().nodes.map(\.step))
        var steps: [String] = []
        var nodes: [String: [StepGraph.Node]] = [:]
        for node in graph.nodes {
            if nodes[node.step] == nil { steps.append(node.step) }
            nodes[node.step, default: []].append(node)
        }
        let position = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1, $0) })
        boxes = steps.enumerated().map { number, step in
            let nodes = nodes[step] ?? []
            let needs = Set(nodes.flatMap(\.needs).compactMap { position[$0.step] }).subtracting([number])
            return Self.box(
                nodes, name: graph.drawn(step), needs: needs.sorted(), showsChecks: showsChecks,
                wayBack: graph.isWayBack ? nil : undone.contains(step))
        }
    }

    /// - Parameter wayBack: whether a rollback undoes the step; `nil` where the whole drawing is a way back.
    private static func box(
        _ nodes: [StepGraph.Node], name: String, needs: [Int], showsChecks: Bool, wayBack: Bool?
    ) -> Box {
        let role = nodes.first?.role ?? .check
        let checks = nodes.filter { $0.id.check != nil }
        let isList = showsChecks && !checks.isEmpty
        var lines: [String]
        switch checks.count {
        case _ where isList: lines = checks.map { "\($0.id.check ?? ""): \($0.title)" }
        case 2...: lines = ["\(checks.count) checks"]
        default: lines = wrapped(nodes.first?.title ?? "", columns: 40).filter { $0 != name }
        }
        switch (role, wayBack) {
        case (.pointOfNoReturn, _?): lines.append("point of no return")
        case (.effect, true?): lines.append("undone by a rollback")
        default: break
        }
        return Box(name: name, lines: lines, isList: isList, role: role, needs: needs)
    }

    private static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let line = lines.last, line.count + 1 + word.count <= columns {
                lines[lines.count - 1] = "\(line) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension StepGraph {
    /// The name of a node or a step as it is drawn: with `undo/` before it, if the graph is a way back.
    func drawn(_ name: String) -> String { isWayBack ? "undo/\(name)" : name }
}
