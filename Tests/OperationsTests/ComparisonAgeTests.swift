import Diagnostics
import Execution
import PlanGraph
import PlanModel
import Testing

@testable import Operations

/// `failover: { verified-within: … }`: how old the last comparison may be when the cutover begins.
struct ComparisonAgeTests {
    private static let text = """
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6380, engine: redis }
        steps:
          - preflight: {}
          - replicaof: {}
          - wait-for-sync: {}
          - verify: { id: some, data: sample }
          - verify: { id: data, data: full }
          - failover: { via: promote, verified-within: 1h }
        """

    private let plan: Plan

    init() throws {
        let file = SourceFile(path: "small.yaml", text: Self.text)
        plan = try #require(Plan.read(file, checks: PreflightCatalogue.declarations).plan)
    }

    /// - Parameter ages: how long ago each step has compared.
    private func context(_ ages: [String: Duration], isLook: Bool = false) -> StepContext {
        let now = Timestamp.now.millisecondsSince1970
        var memos: [NodeID: StateValue] = [:]
        for (step, age) in ages {
            let time = Timestamp(millisecondsSince1970: now - age.components.seconds * 1_000)
            memos[NodeID(step: step, check: KeyComparison.check)] = ComparisonAge.memo(comparedAt: time)
        }
        return StepContext(
            node: "failover", undo: nil, attempt: 1, clock: ContinuousClock(), memos: memos, isLook: isLook,
            save: { _ in }, report: { _ in }, isDraining: { false })
    }

    private func check(_ context: StepContext) throws {
        try ComparisonAge.check(plan, within: .seconds(3_600), context)
    }

    @Test func `a fresh comparison lets the cutover begin, whichever step has made it`() throws {
        try check(context(["data": .seconds(3_000)]))
        try check(context(["data": .seconds(9_000), "some": .seconds(60)]))
        try ComparisonAge.check(plan, within: nil, context([:]))
    }

    @Test func `an old one, or none, holds the cutover back, which can be resumed`() throws {
        let old = #expect(throws: StepFailure.self) { try check(context(["data": .seconds(4_000)])) }
        #expect(old?.code == .operation(.comparisonStale))
        #expect(old?.isPause == true)
        #expect(old?.wanted == "a comparison that is not older than 1h")
        #expect(old?.what.hasPrefix("the keys were last compared at 2") == true)
        let none = #expect(throws: StepFailure.self) { try check(context([:])) }
        #expect(none?.what == "the keys were not compared yet")
    }

    @Test func `who only looks at what would happen is not held back`() throws {
        try check(context([:], isLook: true))
    }
}
