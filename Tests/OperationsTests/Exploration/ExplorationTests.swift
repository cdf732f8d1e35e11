import Testing

@testable import Operations

/// Every way through a cutover ends in a world that its outcome allows: never two writable primaries, never a lost
/// write.
struct ExplorationTests {
    @Test(arguments: CutoverMethod.allCases)
    func `no way through a cutover leads to two writable primaries or to a lost write`(
        _ method: CutoverMethod
    ) throws {
        let explorer = explored(Explorer(method, mishaps: 3))
        let unreachable = StateName.unreachable(method).union(StateName.endings)
        #expect(explorer.visited == Set(StateName.allCases).subtracting(unreachable))
        #expect(Set(OutcomeName.allCases).subtracting(explorer.outcomes) == OutcomeName.unreachable(method))
        #expect(explorer.verdicts.contains(.unclear(code: .sourceUnreachable)))
    }

    /// A stop costs no mishap, so it is tried at every moment.
    @Test(arguments: CutoverMethod.allCases)
    func `no way through one that is told to stop does, either`(_ method: CutoverMethod) throws {
        let explorer = explored(Explorer(method, mishaps: 1, stops: true))
        #expect(explorer.outcomes.contains(.leaseLost))
        #expect(explorer.outcomes.contains(.drained) == (method != .promote))
    }

    /// No Sentinel is dead for a time only, so none is late once all that answer have shown the target.
    @Test(arguments: [CutoverMethod.sentinel, .shutdown], [false, true])
    func `no way through one that ends a failover does, either`(_ method: CutoverMethod, stops: Bool) throws {
        let explorer = explored(Explorer(method, mishaps: stops ? 1 : 2, stops: stops, endsFailover: true))
        #expect(explorer.visited.isSuperset(of: [.ending, .endingLoose]))
    }

    /// That it would be found, too. planrun may have died between the end of the failover and the release.
    @Test func `a resume that takes roles in their places for the end leaves clients where no write is taken`() {
        var explorer = Explorer(.sentinel, mishaps: 1, settles: false)
        explorer.explore()
        #expect(explorer.violations.keys.contains(.stuckClients))
    }

    /// That it would be found, too. A Sentinel does not read the priority of a primary, so it never learns that it may
    /// promote the target.
    @Test func `roles that are swapped before the Sentinels have seen a candidate stay so for ever`() throws {
        var explorer = Explorer(.announce, mishaps: 1, waits: false)
        explorer.explore()
        let position = try #require(explorer.violations[.deadlock])
        #expect(explorer.way(to: position).contains("demote"))
    }

    /// The roles are swapped: what the model calls the source is the target of the plan.
    @Test(arguments: [CutoverMethod.sentinel, .announce, .promote])
    func `a way back that is interrupted anywhere ends gone back or stayed`(_ method: CutoverMethod) throws {
        let explorer = explored(Explorer(method, mishaps: 2, isReturn: true))
        #expect(explorer.ends == Set(ReturnEnd.allCases))
    }

    /// That it would be found, too: the fence keeps the old primary from taking writes beside a new one.
    @Test func `a resume that stays without looking at the way back leaves two primaries or loses writes`() throws {
        var explorer = Explorer(.sentinel, mishaps: 1, isReturn: true, staysBlindly: true)
        explorer.explore()
        #expect(explorer.violations.keys.contains { [.twoPrimaries, .lostWrites].contains($0) })
    }

    private func explored(_ explorer: Explorer) -> Explorer {
        var explorer = explorer
        explorer.explore()
        for (violation, position) in explorer.violations {
            Issue.record("\(violation)\n\(explorer.way(to: position))")
        }
        return explorer
    }

    /// Proves that the exploration would find a violation.
    @Test(arguments: [CutoverMethod.sentinel, .announce, .promote])
    func `a cutover that does not wait for every byte loses writes`(_ method: CutoverMethod) throws {
        var explorer = Explorer(method, mishaps: 0, drains: false)
        explorer.explore()
        let position = try #require(explorer.violations[.lostWrites])
        #expect(explorer.way(to: position).contains("promote"))
    }
}
