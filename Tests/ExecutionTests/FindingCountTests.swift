import PlanGraph
import Testing

@testable import Execution

struct FindingCountTests {
    @Test func `the first hundred findings of a node are told, then that the others are not, and how many`() {
        var count = FindingCount()
        let told = (1...103).map { count.receive("\($0)", of: "watch") }
        #expect(told.prefix(100) == (1...100).map { "\($0)" }[...])
        #expect(told.suffix(3) == ["more than 100 findings: the others are only counted from here on", nil, nil])
        #expect(count.receive("another", of: "data") == "another")
        #expect(count.end("watch") == "3 more findings were left out")
        #expect(count.end("data") == nil)
        #expect(count.receive("again", of: "watch") == "again")
    }

    @Test func `a run tells of a bounded number of findings, the count of the others last`() async {
        var bench = Bench(graph: StepGraph([("watch", .effect, [])]))
        bench.operations["watch"] = FakeOperation(onPerform: { context in
            for number in 1...101 { context.tell(finding: "\(number)") }
        })
        let outcome = await bench.run()
        #expect(outcome.ending == .succeeded)
        let findings = bench.events.lines.filter { $0.contains("finding") }
        #expect(findings.count == 102)
        #expect(findings.last == "watch finding 1 more finding was left out")
    }
}
