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
        #expect(explorer.outcomes.count >= 10)
        #expect(explorer.verdicts.contains(.unclear(code: .sourceUnreachable)))
    }

    /// That a violation would be found.
    @Test(arguments: [CutoverMethod.sentinel, .announce, .promote])
    func `a cutover that does not wait for every byte loses writes`(_ method: CutoverMethod) throws {
        var explorer = Explorer(method, mishaps: 0, drains: false)
        explorer.explore()
        let node = try #require(explorer.violations[.lostWrites])
        #expect(explorer.way(to: node).contains("promote"))
    }
}
