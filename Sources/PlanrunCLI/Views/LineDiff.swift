/// What differs between two texts, line by line.
struct LineDiff {
    private enum Line {
        case same(Substring)
        case removed(Substring)
        case added(Substring)
    }

    private var lines: [Line] = []

    init(_ old: String, _ new: String) {
        let (before, after) = (Self.lines(of: old), Self.lines(of: new))
        let difference = after.difference(from: before)
        let (removed, added) = (Self.offsets(difference.removals), Self.offsets(difference.insertions))
        var (index, other) = (0, 0)
        while index < before.count || other < after.count {
            if index < before.count, removed.contains(index) {
                lines.append(.removed(before[index]))
                index += 1
            } else if other < after.count, added.contains(other) {
                lines.append(.added(after[other]))
                other += 1
            } else {
                lines.append(.same(before[index]))
                (index, other) = (index + 1, other + 1)
            }
        }
    }

    private static func lines(of text: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.last?.isEmpty == true ? lines.dropLast() : lines
    }

    private static func offsets(_ changes: [CollectionDifference<Substring>.Change]) -> Set<Int> {
        Set(
            changes.map { change in
                switch change {
                case .insert(let offset, _, _): offset
                case .remove(let offset, _, _): offset
                }
            })
    }

    /// As `diff -u` writes it, with three lines around each change; without a line feed at the end.
    func unified(path: String) -> String {
        let context = 3
        let changed = lines.indices.filter { if case .same = lines[$0] { false } else { true } }
        var hunks: [Range<Int>] = []
        for index in changed {
            let around = max(0, index - context)..<min(lines.count, index + context + 1)
            if let last = hunks.last, around.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<around.upperBound
            } else {
                hunks.append(around)
            }
        }
        var text = ["--- a/\(path)", "+++ b/\(path)"]
        for hunk in hunks {
            let (old, new) = (counts(0..<hunk.lowerBound), counts(hunk))
            text.append("@@ -\(old.old + 1),\(new.old) +\(old.new + 1),\(new.new) @@")
            for line in lines[hunk] {
                switch line {
                case .same(let line): text.append(" " + line)
                case .removed(let line): text.append("-" + line)
                case .added(let line): text.append("+" + line)
                }
            }
        }
        return text.joined(separator: "\n")
    }

    /// How many lines of each text the range covers.
    private func counts(_ range: Range<Int>) -> (old: Int, new: Int) {
        lines[range].reduce(into: (old: 0, new: 0)) { counts, line in
            switch line {
            case .same: (counts.old, counts.new) = (counts.old + 1, counts.new + 1)
            case .removed: counts.old += 1
            case .added: counts.new += 1
            }
        }
    }
}
