extension Drawing {
    /// What boxes have in common that could change places: an arrow comes from the same boxes and leads to the same.
    private struct Place: Hashable {
        let role: StepGraph.Role
        let mark: String?
        let needs: [Int]
        let dependents: [Int]
    }

    /// The boxes with one in the place of many that could change places. Twenty-five steps that run at the same time would
    /// otherwise make a drawing so wide that nobody can read it on a page.
    ///
    /// A gate and a point of no return always have a box of their own: a reviewer looks for them.
    static func folded(_ boxes: [Box]) -> [Box] {
        var dependents: [Int: [Int]] = [:]
        for (number, box) in boxes.enumerated() {
            for need in box.needs { dependents[need, default: []].append(number) }
        }
        let groups = Dictionary(grouping: boxes.indices.filter { isFoldable(boxes[$0].role) }) { number in
            Place(
                role: boxes[number].role, mark: boxes[number].mark, needs: boxes[number].needs,
                dependents: dependents[number] ?? [])
        }
        var first: [Int: Int] = [:]
        for group in groups.values where group.count > boxesInRow { for number in group { first[number] = group[0] } }
        guard !first.isEmpty else { return boxes }
        let kept = boxes.indices.filter { first[$0] ?? $0 == $0 }
        let position = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        return kept.map { number in
            let needs = Set(boxes[number].needs.compactMap { position[first[$0] ?? $0] }).sorted()
            let group = boxes.indices.filter { first[$0] == number }.map { boxes[$0] }
            return group.isEmpty ? boxes[number].needing(needs) : one(for: group, needs: needs)
        }
    }

    private static func isFoldable(_ role: StepGraph.Role) -> Bool {
        switch role {
        case .check, .wait, .effect: true
        case .gate, .pointOfNoReturn: false
        }
    }

    private static func one(for group: [Box], needs: [Int]) -> Box {
        let names = wrapped(group.map(\.name).joined(separator: ", "), columns: 60)
        let common = group.allSatisfy { $0.details == group[0].details } ? group[0].details : []
        return Box(
            name: "\(group.count) steps at the same time",
            details: names + (common.isEmpty ? [] : ["each: \(common.joined(separator: " "))"]), mark: group[0].mark,
            isList: false, role: group[0].role, needs: needs)
    }
}

extension Drawing.Box {
    fileprivate func needing(_ needs: [Int]) -> Self {
        Self(name: name, details: details, mark: mark, isList: isList, role: role, needs: needs)
    }
}
