package import PlanModel

/// In what two versions of a plan differ, by what they mean. Comments, quotes, the order of keys and other spellings of
/// the same value are no difference.
package struct PlanDifference: Sendable {
    /// Those of the servers first, then those of the steps in the order of the new plan, then the way back.
    package let changes: [PlanChange]

    /// - Parameter checks: the catalogue of checks, whose defaults hold where a plan says nothing.
    package init(from old: Plan, to new: Plan, checks: [CheckDeclaration]) {
        let steps = StepMatching(old, new)
        changes =
            Self.texts(old, new) + InstanceComparison.changes(old, new)
            + steps.changes
            + steps.common.flatMap {
                PlanChange.settings(of: $0.new, from: $0.old, in: new, earlier: old, checks: checks)
            }
            + Self.rollback(old.rollback, new.rollback) + Self.redaction(old.redaction, new.redaction)
            + Self.receivers(old.receivers, new.receivers)
    }

    /// A pattern that is gone makes more visible.
    private static func redaction(_ old: RedactionSettings, _ new: RedactionSettings) -> [PlanChange] {
        [("names", old.names, new.names), ("values", old.values, new.values)].compactMap { key, before, after in
            guard Set(before) != Set(after) else { return nil }
            let shows = !Set(before).subtracting(after).isEmpty
            return PlanChange(
                .changed, "redact", key, from: text(before), to: text(after), tendency: shows ? .loosened : .tightened)
        }
    }

    /// The order of receivers means nothing.
    private static func receivers(_ old: [Receiver], _ new: [Receiver]) -> [PlanChange] {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let names = Set(new.map(\.name))
        let changed = new.compactMap { receiver -> PlanChange? in
            guard let earlier = before[receiver.name] else {
                return PlanChange(.added, subject(receiver), to: receiver.spelled)
            }
            guard earlier != receiver else { return nil }
            let isShown = earlier.spelled != receiver.spelled
            return PlanChange(
                .changed, subject(receiver), from: isShown ? earlier.spelled : nil,
                to: isShown ? receiver.spelled : nil)
        }
        return changed
            + old.filter { !names.contains($0.name) }.map { PlanChange(.removed, subject($0), from: $0.spelled) }
    }

    private static func subject(_ receiver: Receiver) -> String { "receiver '\(receiver.name)'" }

    private static func text(_ patterns: [String]) -> String? {
        patterns.isEmpty ? nil : "[\(patterns.joined(separator: ", "))]"
    }

    private static func texts(_ old: Plan, _ new: Plan) -> [PlanChange] {
        var changes: [PlanChange] = []
        if old.name != new.name { changes.append(PlanChange(.changed, "plan", "name", from: old.name, to: new.name)) }
        if old.description != new.description {
            // A description can be long; the reader finds it in the file.
            changes.append(PlanChange(.changed, "plan", "description"))
        }
        return changes
    }

    private static func rollback(_ old: RollbackSettings, _ new: RollbackSettings) -> [PlanChange] {
        var changes: [PlanChange] = []
        if old.onFailure != new.onFailure {
            let (before, after) = (old.onFailure.rawValue, new.onFailure.rawValue)
            changes.append(
                PlanChange(
                    .changed, "rollback", "on-failure", from: before, to: after,
                    tendency: RollbackSettings.OnFailure.weaker.tendency(from: before, to: after)))
        }
        if old.afterCutover != new.afterCutover {
            let unwritten = "keep where the source can follow, else stop"
            changes.append(
                PlanChange(
                    .changed, "rollback", "after-cutover", from: old.afterCutover?.rawValue ?? unwritten,
                    to: new.afterCutover?.rawValue ?? unwritten))
        }
        return changes
    }
}

extension PlanDifference {
    /// How many changes a line names before it only counts the others.
    private static let mostNamed = 3

    /// What the changes mean for somebody who has to approve them, in one line.
    package var risk: String {
        guard !changes.isEmpty else { return "both mean the same" }
        let weaker = changes.filter { $0.tendency == .loosened }
        let servers = ["source", "target", "sentinel"].filter { key in changes.contains { $0.subject == key } }
        var parts: [String] = []
        if !weaker.isEmpty {
            let named = weaker.prefix(Self.mostNamed).map { "\($0.subject) \($0.sentence)" }
            let more = weaker.count - named.count
            parts.append("weaker: " + named.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : ""))
        }
        if !servers.isEmpty { parts.append("other servers or logins: \(servers.joined(separator: ", "))") }
        if parts.isEmpty {
            return changes.contains { $0.tendency == .tightened }
                ? "stronger, and nowhere weaker" : "neither weaker nor stronger"
        }
        return parts.joined(separator: "; ")
    }
}
