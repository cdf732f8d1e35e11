import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    /// The first checks of the Sentinels, each on Sentinels that make it pass and miss.
    @Suite struct SentinelBasicsCheckTests {
        @Test func `Sentinels that cannot reach each other`() async throws {
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
                #expect(missed[0].hasPrefix("Sentinel \(lab.sentinels[2].address): NOQUORUM 1 usable Sentinels."))
                #expect(
                    missed.dropFirst() == [
                        "quorum and majority reachable", "bring the missing Sentinels back, or let them see each other",
                    ])
            }
        }

        @Test func `a source that a Sentinel takes for down`() async throws {
            try await withLab(LabDescription(sentinels: .init(downAfter: .milliseconds(300)))) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("no-failover") == "no failover in progress")
                await lab.source.freeze()
                try await eventually("the Sentinel to notice") { try await !bench.finding(of: "no-failover").passes }
                let finding = try await bench.finding(of: "no-failover")
                #expect(finding.saw.contains("Sentinel \(lab.sentinels[0].address): the primary "))
                #expect(finding.wants == "no failover, and a primary that is up")
                #expect(finding.remedy == ["wait until it is over, and look at who is primary then"])
                await lab.source.thaw()
            }
        }

        @Test func `a Sentinel whose clock jumped`() async throws {
            try await withLab(LabDescription()) { lab in
                let bench = CheckBench(lab)
                #expect(try await bench.pass("no-tilt") == "no Sentinel in TILT")
                try await lab.send(["SENTINEL", "DEBUG", "tilt-trigger", "1"], to: lab.sentinels[0])
                try await eventually("the Sentinel to distrust its clock") {
                    try await !bench.finding(of: "no-tilt").passes
                }
                #expect(
                    try await bench.miss("no-tilt") == [
                        "Sentinel \(lab.sentinels[0].address) is in TILT", "a Sentinel that trusts its clock",
                        "wait 30 s; if it comes back, that machine is overloaded or its clock jumps",
                    ])
            }
        }
    }
}
