import Testing

@testable import Operations

/// Every way through a cutover ends where it may: never two writable primaries, never a lost write.
struct ExplorationTests {
    @Test(arguments: CutoverMethod.allCases)
    func `no way through a cutover leads to two writable primaries or to a lost write`(
        _ method: CutoverMethod
    ) throws {
        var explorer = Explorer(method, mishaps: 2)
        explorer.explore()
        for (violation, node) in explorer.violations {
            Issue.record("\(violation)\n\(explorer.way(to: node))")
        }
        #expect(explorer.outcomes.contains(.handedOver))
        print("\(method): \(explorer.seen.count) states, \(explorer.outcomes.count) outcomes, \(explorer.verdicts)")
    }
}
