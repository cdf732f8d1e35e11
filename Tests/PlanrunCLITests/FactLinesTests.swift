import Execution
import Testing

@testable import PlanrunCLI

struct FactLinesTests {
    @Test func `what a cutover measured reads as words`() {
        let facts: [String: StateValue] = [
            "pauseSeconds": .double(0.042), "method": .string("announce"), "methodReason": .string("told\u{1B}[2J"),
            "aligned": .bool(true), "writesAtPromotion": .int(12), "nothing": .null,
            "sentinelsSwitchedSeconds": .object(["10.0.0.3:26379": .double(0.02), "10.0.0.4:26379": .double(0.03)]),
            "clientsOnSource": .array([.string("10.0.0.9:4711 'worker'"), .string("10.0.0.9:4712")]),
        ]
        #expect(
            FactLines.lines(facts) == [
                "aligned yes", "clients on source 10.0.0.9:4711 'worker', 10.0.0.9:4712", "method announce",
                "method reason told\\u{1b}[2J", "pause 0.042 s",
                "sentinels switched 10.0.0.3:26379 after 0.02 s, 10.0.0.4:26379 after 0.03 s", "writes at promotion 12",
            ])
    }
}
