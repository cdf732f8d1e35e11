import PlanModel
import Testing
import Values

@testable import Operations

/// An estimate names its basis, and leaves open what nobody can tell.
struct RunEstimateTests {
    private func plan(
        via: String = "sentinel", sentinels: Int = 1, back: String = "stop", preflight: String = "{}",
        data: String = "data: full"
    ) throws -> Plan {
        let addresses = (0..<sentinels).map { "10.0.0.9:\(26379 + $0)" }.joined(separator: ", ")
        return try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            \(sentinels == 0 ? "" : "sentinel: { primary: main, addresses: [\(addresses)] }")
            steps:
              - preflight: \(preflight)
              - replicaof: {}
              - wait-for-sync: { stable-for: 5s }
              - verify: { id: data, \(data) }
              - approval: Go on?
              - failover: { via: \(via) }
            rollback: { after-cutover: \(back) }
            """)
    }

    private let known = RunFigures(
        dataset: 3_200 << 20, keys: 1_200_000, downAfter: .seconds(5), method: nil, resting: .follow, isAsked: true)

    private func part(_ estimate: RunEstimate, _ id: String) -> RunEstimate.Part? {
        estimate.steps.first { $0.subject == id }
    }

    @Test func `a full sync is as long as the data at a stated rate, and the time within the lag`() throws {
        let sync = try #require(part(RunEstimate(try plan(), known), "wait-for-sync"))
        #expect(sync.toSeconds == 110.0)
        #expect(try #require(sync.fromSeconds) < 33)
        #expect(
            sync.basis
                == "3.1 GiB of memory copied at 32.0 MiB/s ('transfer-rate') to 119 MiB/s (1 Gbit/s); a source waits up to 5 s before it begins, then 5s within 'max-lag'"
        )
    }

    @Test func `the rate that the plan sets is the one that is used`() throws {
        let plan = try plan(preflight: "{ sync-time: { transfer-rate: 16MiB } }")
        #expect(part(RunEstimate(plan, known), "wait-for-sync")?.toSeconds == 210.0)
    }

    @Test func `a target that follows already is not copied again`() throws {
        var figures = known
        figures.isFollowing = true
        #expect(part(RunEstimate(try plan(), figures), "wait-for-sync")?.toSeconds == 6)
    }

    @Test func `values are compared at so many keys a second, of a sample so many only`() throws {
        let full = try #require(part(RunEstimate(try plan(), known), "data"))
        #expect(full.fromSeconds == 15 && full.toSeconds == 81)
        let sample = try plan(data: "data: sample, keys: 15000")
        #expect(part(RunEstimate(sample, known), "data")?.toSeconds == 2)
        #expect(part(RunEstimate(try plan(data: "data: count"), known), "data") == nil)
    }

    @Test func `what nobody can tell is unknown, and the sum says that it lacks it`() throws {
        let estimate = RunEstimate(try plan(), RunFigures())
        #expect(part(estimate, "wait-for-sync")?.toSeconds == nil)
        #expect(part(estimate, "wait-for-sync")?.basis == "no server was asked for the source's size")
        #expect(part(estimate, "approval")?.basis == "a person decides")
        #expect(estimate.duration.basis == "the sum of the steps, without 'wait-for-sync', 'data', 'approval'")
    }

    @Test(arguments: [
        ("sentinel", 1, 0.2...0.5), ("sentinel", 3, 0.2...0.5), ("announce", 3, 0.01...0.1), ("promote", 0, 0.01...0.1),
        ("fastest", 3, 0.01...0.5), ("shutdown", 1, 6...8),
    ])
    func `the write gap depends on how the roles are exchanged`(
        _ via: String, _ sentinels: Int, _ gap: ClosedRange<Double>
    ) throws {
        let estimate = try #require(RunEstimate(try plan(via: via, sentinels: sentinels), known).writeGap)
        #expect(estimate.fromSeconds == gap.lowerBound && estimate.toSeconds == gap.upperBound)
        #expect(!estimate.basis.isEmpty)
    }

    @Test func `the way back says what it costs`() throws {
        func after(_ back: String, _ resting: FailoverStep.Resting?) throws -> String? {
            var figures = known
            figures.resting = resting
            return RunEstimate(try plan(back: back), figures).wayBack.last?.basis
        }
        #expect(try after("stop", .follow) == "this plan has no way back then")
        #expect(try after("discard-writes", .follow)?.contains("nothing is lost while the source is in sync") == true)
        #expect(try after("discard-writes", .fenced)?.contains("every write since the cutover is given up") == true)
        #expect(RunEstimate(try plan(), known).wayBack.first?.basis.hasPrefix("nothing is lost") == true)
    }
}
