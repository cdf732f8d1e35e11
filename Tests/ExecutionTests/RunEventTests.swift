import FoundationEssentials
import PlanGraph
import Testing

@testable import Execution

struct RunEventTests {
    private static let at = Timestamp(millisecondsSince1970: 1_767_225_600_125)
    private static let result = StepResult("it follows", facts: ["offset": .int(7)])
    private static let info = RunEvent.RunInfo(planName: "prod", nodes: 3, isResumed: false)
    private static let full = MemoryStore.full

    /// One event of each kind, and the type that it has in JSON.
    static let all: [(RunEvent.Kind, String)] =
        [
            (.runStarted(info), "run-started"), (.runDraining, "run-draining"), (.runCancelling, "run-cancelling"),
            (.runFinished(.succeeded), "run-finished"), (.runFinished(.failed("cut")), "run-finished"),
            (.runFinished(.interrupted), "run-finished"), (.runFinished(.paused("ask")), "run-finished"),
            (.runFinished(.stateWriteFailed(full)), "run-finished"),
            (.runFinished(.leaseLost(MemoryStore.taken)), "run-finished"), (.rollbackStarted(info), "rollback-started"),
            (.rollbackFinished(.complete), "rollback-finished"),
            (.rollbackFinished(.incomplete("cut")), "rollback-finished"),
            (.rollbackFinished(.interrupted), "rollback-finished"),
            (.rollbackFinished(.stateWriteFailed(full)), "rollback-finished"),
            (.rollbackFinished(.leaseLost(MemoryStore.taken)), "rollback-finished"),
        ] + steps.map { (.step("cut", attempt: 2, $0), "step-\($1)") }
        + steps.map { (.undo("cut", attempt: 1, $0), "undo-\($1)") }

    private static let steps: [(RunEvent.StepEvent, String)] = [
        (.started, "started"), (.progress(Progress("full sync")), "progress"), (.finding("it is away"), "finding"),
        (
            .progress(
                Progress(
                    "full sync", now: "1", wanted: "2", fraction: 0.5, remaining: .seconds(1.5),
                    figures: [.lagBytes: 65_536])), "progress"
        ),
        (.succeeded(result, took: .milliseconds(1500), unchanged: nil), "succeeded"),
        (.succeeded(result, took: .seconds(2), unchanged: "it follows already"), "succeeded"),
        (.warned(result, took: .seconds(1)), "warned"), (.failed(.broken, took: .seconds(1)), "failed"),
        (.retrying(.passing, after: .seconds(2)), "retrying"), (.paused(.broken), "paused"),
        (.interrupted, "interrupted"), (.kept(result), "kept"), (.kept(nil), "kept"),
    ]

    @Test func `every event is one line, and is read back as what it was`() throws {
        for (kind, name) in Self.all {
            let event = RunEvent(at: Self.at, run: "L", kind)
            let line = event.json
            #expect(line.contains("\"type\":\"\(name)\""))
            #expect(!line.contains("\n"))
            #expect(try JSONDecoder().decode(RunEvent.self, from: Data(line.utf8)) == event)
        }
    }

    @Test func `an event is flat, its times are in seconds`() {
        let progress = Progress(
            "full sync", now: "412 MiB", wanted: "1.2 GiB", fraction: 0.25, remaining: .seconds(1.5),
            figures: [.copiedBytes: 432_013_312])
        #expect(
            RunEvent(at: Self.at, run: "L", .step("sync", attempt: 1, .progress(progress))).json == """
                {"activity":"full sync","at":"2026-01-01T00:00:00.125Z","attempt":1,"figures":{"copiedBytes":432013312},\
                "format":1,"fraction":0.25,"now":"412 MiB","remainingSeconds":1.5,"run":"L","step":"sync",\
                "type":"step-progress","wanted":"1.2 GiB"}
                """)
        #expect(
            RunEvent(at: Self.at, run: "L", .runFinished(.failed("cut"))).json == """
                {"at":"2026-01-01T00:00:00.125Z","format":1,"outcome":"failed","run":"L","step":"cut",\
                "type":"run-finished"}
                """)
    }

    @Test(arguments: [
        "{}", #"{"format":1,"type":"step-started","at":"2026-01-01T00:00:00.125Z","run":"L"}"#,
        #"{"format":1,"type":"step-danced","at":"2026-01-01T00:00:00.125Z","run":"L","step":"a","attempt":1}"#,
        #"{"format":1,"type":"run-finished","at":"2026-01-01T00:00:00.125Z","run":"L","outcome":"exploded"}"#,
        #"{"format":2,"type":"run-draining","at":"2026-01-01T00:00:00.125Z","run":"L"}"#,
    ]) func `what is no event is not read`(line: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(RunEvent.self, from: Data(line.utf8)) }
    }
}
