import Execution
import PlanGraph
import PlanModel
import RESP
import Testing

@testable import Operations

/// What `plan` announces for the source is what the record says of it in the end.
struct SourceRestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let via: String
        let sentinels: Int
        var resting: FailoverStep.Resting?
        /// Whether the source could follow the target. If not, the target is a newer Redis.
        var canFollow = true
        let end: FailoverStep.Resting

        var testDescription: String {
            "via \(via), \(sentinels) Sentinels, resting: \(resting?.rawValue ?? "-"), the source \(canFollow ? "can" : "cannot") follow"
        }

        static let all: [Case] =
            [("sentinel", 1), ("announce", 3), ("fastest", 3), ("promote", 0)].flatMap {
                via, sentinels in
                [
                    Case(via: via, sentinels: sentinels, end: .follow),
                    Case(via: via, sentinels: sentinels, canFollow: false, end: .fenced),
                    Case(via: via, sentinels: sentinels, resting: .follow, end: .follow),
                    Case(via: via, sentinels: sentinels, resting: .fenced, end: .fenced),
                    Case(via: via, sentinels: sentinels, resting: .shutdown, end: .shutdown),
                ]
            } + [Case(via: "shutdown", sentinels: 1, end: .shutdown)]
    }

    @Test(arguments: Case.all)
    func `plan and record agree on what becomes of the source`(_ test: Case) async throws {
        let resting = test.resting.map { ", resting: \($0.rawValue)" } ?? ""
        let plan = try Plan.small(failover: "{ via: \(test.via)\(resting) }", sentinels: test.sentinels)
        var world = SmallWorld.following(sentinels: test.sentinels)
        if !test.canFollow {
            // It writes RDB version 12, of which a Redis 7.0 reads no more than 10.
            world.replies[SmallWorld.target] = [
                "INFO SERVER": .info(["# Server", "redis_version:8.2.0", "run_id:run-of-the-target"])
            ]
        }
        let lifecycle = Lifecycle(plan, world, node: "failover")
        let process = FakeProcess(lifecycle.world)
        let compiled = CompiledPlan(plan)
        let step = try #require(plan.steps.first { $0.id == "failover" })
        let servers = try process.servers(plan)
        let announced = step.kind.declaration.summary(await compiled.scene(of: step, servers: servers))

        let result = try await lifecycle.run(process)
        let hasSentinels = test.sentinels > 0
        for kind in FailoverStep.Resting.allCases {
            let deed = kind.deed("10.0.0.1:6379", hasSentinels: hasSentinels)
            #expect(announced.contains(deed) == (kind == test.end), "\(announced)")
        }
        #expect(result.facts["sourceAtRest"]?.string == test.end.rawValue)
        let said = "10.0.0.2:6379 is the primary, and \(test.end.end(plan.source.endpoint, hasSentinels: hasSentinels))"
        #expect(result.summary == said || result.summary.hasPrefix("\(said); "), "\(result.summary)")
        #expect(
            (announced + result.summary).contains("forgotten by the Sentinels") == (hasSentinels && test.end == .fenced)
        )
    }
}
