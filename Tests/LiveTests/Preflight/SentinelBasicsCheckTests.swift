import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// The first checks of the Sentinels. Each test makes the Sentinels such that the check passes, and such that it
    /// misses.
    @Suite struct SentinelBasicsCheckTests {
        @Test(.covers("quorum")) func `Sentinels that cannot reach each other`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 3, downAfter: .milliseconds(500)))) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("quorum") == "every Sentinel reaches the quorum")
                await lab.sentinels[0].freeze()
                await lab.sentinels[1].freeze()
                var plan = bench.plan
                plan.sentinel?.endpoints.removeFirst(2)
                let alone = CheckBench(lab: lab, plan: plan)
                try await eventually("the last Sentinel to see that it is alone") {
                    try await !alone.finding(of: "quorum").passes
                }
                let missed = try await alone.miss("quorum")
                #expect(
                    missed == [
                        "Sentinel \(lab.sentinels[2].address): NOQUORUM 1 usable Sentinels. "
                            + "Not enough available Sentinels to reach the specified quorum for this master. "
                            + "Not enough available Sentinels to reach the majority and authorize a failover",
                        "quorum and majority reachable", "bring the missing Sentinels back, or let them see each other",
                    ])
            }
        }

        @Test(.covers("no-failover")) func `a source that a Sentinel takes for down`() async throws {
            try await withLab(LabDescription(sentinels: .init(downAfter: .milliseconds(300)))) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("no-failover") == "no failover in progress")
                await lab.source.freeze()
                try await eventually("the Sentinel to notice") { try await !bench.finding(of: "no-failover").passes }
                let missed = try await bench.miss("no-failover")
                // With a quorum of one, the Sentinel alone decides that the primary is down, once it was silent for
                // long enough.
                #expect(
                    missed.dropFirst() == [
                        "no failover, and a primary that is up",
                        "wait until it is over, and look at who is primary then",
                    ])
                let sentinel = "Sentinel \(lab.sentinels[0].address)"
                let down = "\(sentinel): the primary does not answer this Sentinel"
                #expect(
                    [
                        down, "\(sentinel): the primary is taken for down; \(down)",
                        "\(sentinel): a failover is in progress; \(sentinel): the primary is taken for down; \(down)",
                    ].contains(missed[0]), "\(missed[0])")
                await lab.source.thaw()
            }
        }

        @Test(.covers("no-tilt")) func `a Sentinel whose clock jumped`() async throws {
            try await withLab(LabDescription()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("no-tilt") == "no Sentinel in TILT")
                try await lab.send(["SENTINEL", "DEBUG", "tilt-trigger", "1"], to: lab.sentinels[0])
                try await eventually("the Sentinel to distrust its clock") {
                    try await !bench.finding(of: "no-tilt").passes
                }
                #expect(
                    try await bench.miss("no-tilt") == [
                        "Sentinel \(lab.sentinels[0].address) is in TILT", "a Sentinel that is not in TILT",
                        "wait 30 s; if it comes back, that machine is overloaded or its clock jumps",
                    ])
            }
        }
    }
}
