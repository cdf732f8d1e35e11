/// A graph as it is drawn: one box for each step, however many nodes the step has.
package struct Drawing {
    struct Box {
        /// The name of the step.
        let name: String
        /// What the step does, in lines that are short enough for a box.
        let details: [String]
        /// What a reviewer has to see of the step: that it is the point of no return, or that a rollback undoes it.
        let mark: String?
        /// Whether `details` is a list, which reads better along the left edge than in the middle.
        let isList: Bool
        let role: StepGraph.Role
        /// The positions of the boxes from which an arrow comes.
        let needs: [Int]

        /// What stands below the name.
        var lines: [String] { details + [mark].compactMap(\.self) }
    }

    /// In the order in which the steps first appear.
    let boxes: [Box]

    /// How many boxes stand beside each other at most where they are drawn, so that a page is wide enough.
    static let boxesInRow = 4

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
        let boxes = steps.enumerated().map { number, step in
            let nodes = nodes[step] ?? []
            let needs = Set(nodes.flatMap(\.needs).compactMap { position[$0.step] }).subtracting([number])
            return Self.box(
                nodes, name: graph.drawn(step), needs: needs.sorted(), showsChecks: showsChecks,
                wayBack: graph.isWayBack ? nil : undone.contains(step))
        }
        // Somebody who wants to see the checks wants to see whose they are.
        self.boxes = showsChecks ? boxes : Self.folded(boxes)
    }

    /// - Parameter wayBack: whether a rollback undoes the step; `nil` where the whole drawing is a way back.
    private static func box(
        _ nodes: [StepGraph.Node], name: String, needs: [Int], showsChecks: Bool, wayBack: Bool?
    ) -> Box {
        let role = nodes.first?.role ?? .check
        let checks = nodes.filter { $0.id.check != nil }
        let isList = showsChecks && !checks.isEmpty
        let details =
            switch checks.count {
            case _ where isList: checks.map { "\($0.id.check ?? ""): \($0.title)" }
            case 2...: ["\(checks.count) checks"]
            default: wrapped(nodes.first?.title ?? "", columns: 40).filter { $0 != name }
            }
        let mark: String? =
            switch (role, wayBack) {
            case (.pointOfNoReturn, _?): "point of no return"
            case (.effect, true?): "undone by a rollback"
            default: nil
            }
        return Box(name: name, details: details, mark: mark, isList: isList, role: role, needs: needs)
    }

    static func wrapped(_ text: String, columns: Int) -> [String] {
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
