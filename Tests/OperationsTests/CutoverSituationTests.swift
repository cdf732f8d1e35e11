import Testing

@testable import Operations

/// The verdict on every combination of what the servers can say about a cutover.
struct CutoverSituationTests {
    private typealias Situation = CutoverSituation

    private static let all: [Situation] = {
        let froms: [Situation.From] = [.primary, .replicaOfTo, .replicaOfOther("x:1"), .unreachable("no reply")]
        let tos: [Situation.To] = [.primary, .replicaOfFrom, .replicaOfOther("x:1")]
        let names: [Situation.Named] = [.from, .to, .switching, .other("x:1"), .unreachable]
        var sentinels: [[Situation.Named]] = [[]] + names.map { [$0] }
        for first in names { for second in names { sentinels.append([first, second]) } }
        var all: [Situation] = []
        for from in froms {
            for to in tos {
                for named in sentinels {
                    for phase in [nil, CutoverMemory.Phase.fencing, .promoting] {
                        for ranThrough in [false, true] {
                            all.append(
                                Situation(
                                    from: from, to: to, sentinels: named, phase: phase, targetRanThrough: ranThrough))
                        }
                    }
                }
            }
        }
        return all
    }()

    /// Why this verdict must not be given; `nil` where it may.
    private func objection(_ situation: Situation) -> String? {
        let isNamed = situation.sentinels.contains(.to) || situation.sentinels.contains(.switching)
        let isOurs = situation.phase == .promoting && situation.targetRanThrough
        switch situation.verdict {
        case .notStarted:
            if situation.to != .replicaOfFrom { return "begins although the target does not follow" }
            if situation.from != .primary { return "begins although the source is no primary" }
        case .promoted:
            if situation.to == .primary, situation.from != .replicaOfTo, !isNamed, !isOurs {
                return "takes a primary for promoted that nothing explains"
            }
            if situation.to != .primary, !isOurs { return "goes forward although nothing was asked for" }
            if situation.from == .primary, situation.to != .primary { return "demotes the only primary" }
        case .finished:
            if situation.to != .primary || situation.from != .replicaOfTo { return "ends with the wrong roles" }
            if !situation.sentinels.allSatisfy({ $0 == .to }) { return "ends although a Sentinel names another" }
        case .unclear(_, let what):
            if what.isEmpty { return "says nothing" }
        }
        return nil
    }

    @Test func `no verdict goes further than what the servers show`() {
        #expect(Self.all.count == 4 * 3 * 31 * 3 * 2)
        for situation in Self.all { #expect(objection(situation) == nil, "\(situation)") }
    }

    @Test func `a third server in the game is never guessed about`() {
        for situation in Self.all {
            let involvesOther =
                if case .replicaOfOther = situation.from { true } else { situation.to == .replicaOfOther("x:1") }
            guard involvesOther else { continue }
            guard case .unclear = situation.verdict else {
                Issue.record("\(situation) is \(situation.verdict)")
                continue
            }
        }
    }

    @Test func `a verdict does not hang on what does not matter to it`() {
        for situation in Self.all where situation.from == .primary && situation.to == .replicaOfFrom {
            #expect(situation.verdict == .notStarted)
        }
        for situation in Self.all where situation.from == .replicaOfTo && situation.to == .primary {
            #expect(situation.verdict == (situation.sentinels.allSatisfy { $0 == .to } ? .finished : .promoted))
        }
    }

    @Test func `settings are put back only where nothing was promoted`() {
        for situation in Self.all where situation.isUntouched {
            #expect([.primary, .replicaOfOther("x:1")].contains(situation.from))
            #expect(situation.phase != .promoting)
            #expect(!situation.sentinels.contains(.to) && !situation.sentinels.contains(.switching))
        }
    }

    @Test func `a shutdown is complete when the source is gone and every Sentinel names the target`() {
        for situation in Self.all {
            let isGone = if case .unreachable = situation.from { true } else { false }
            let isNamed = situation.sentinels.allSatisfy { $0 == .to }
            #expect(situation.isComplete == (isGone && situation.to == .primary && isNamed))
        }
    }
}
