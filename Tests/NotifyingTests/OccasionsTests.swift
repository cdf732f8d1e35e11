import Diagnostics
import Execution
import Foundation
import JSONSchemas
import Operations
import PlanGraph
import PlanModel
import Testing

@testable import Notifying

/// Of what events which receivers are told.
struct OccasionsTests {
    private func occasions(_ kinds: [RunEvent.Kind]) throws -> [[String]] {
        var occasions = Occasions(try NotifyDesk.plan())
        return kinds.map { kind in
            occasions.receive(RunEvent(at: Timestamp(millisecondsSince1970: 0), run: "L", kind)).map(\.rawValue)
        }
    }

    private func step(_ id: NodeID, _ event: RunEvent.StepEvent) -> RunEvent.Kind { .step(id, attempt: 1, event) }

    private static let info = RunEvent.RunInfo(planName: "p", nodes: 1, isResumed: false)
    private static let broken = StepFailure(code: FailureCode(word: "broken"), what: "it broke")
    private static let differing = StepFailure(code: .operation(.dataDiffers), what: "1 key differs")

    @Test func `a run from its start to its end`() throws {
        #expect(
            try occasions([
                .runStarted(Self.info), step("approval", .started), step("approval", .progress(Progress("an answer"))),
                step("approval", .progress(Progress("an answer"))),
                step("approval", .succeeded(StepResult("approved"), took: .zero, unchanged: nil)),
                step("failover", .started), step("failover", .retrying(Self.broken, after: .zero)),
                step("failover", .started), step("failover", .progress(Progress("the target"))),
                step("failover", .succeeded(StepResult("over"), took: .zero, unchanged: nil)), .runDraining,
                .runFinished(.succeeded),
            ]) == [
                ["started"], [], ["waiting-for-approval"], [], [], ["cutover-started"], ["retrying"], [], [],
                ["cutover-done"], [], ["finished"],
            ])
    }

    @Test func `an approval that nobody is asked for is not waited for, and one without anybody to ask is`() throws {
        let approved = step("approval", .succeeded(StepResult("approved"), took: .zero, unchanged: "approved"))
        #expect(try occasions([step("approval", .started), approved]) == [[], []])
        #expect(
            try occasions([step("approval", .paused(Self.broken)), step("watch", .paused(Self.broken))])
                == [["waiting-for-approval"], ["waiting-for-approval"]])
    }

    @Test func `differences are told once, as soon as they are certain`() throws {
        let node = NodeID(step: "data", check: "keys")
        #expect(
            try occasions([
                step(node, .progress(Progress("keys", figures: [.differences: 0]))),
                step(node, .progress(Progress("keys", figures: [.differences: 1]))),
                step(node, .progress(Progress("keys", figures: [.differences: 2]))),
                step(node, .failed(Self.differing, took: .zero)),
            ]) == [[], ["difference-found"], [], ["failed"]])
        #expect(
            try occasions([step(node, .failed(Self.differing, took: .zero))]) == [["difference-found", "failed"]])
    }

    @Test func `of what was not asked because of another failure nobody is told`() throws {
        let consequence = StepFailure(code: .operation(.notAsked), what: "not asked")
        #expect(try occasions([step("preflight", .failed(consequence, took: .zero))]) == [[]])
    }

    @Test func `the schema of events names every one of which somebody can be told`() throws {
        let schemas = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../schemas")
        let schema = try JSONSchema(path: schemas.appending(path: "event.schema.json").path)
        let words = schema.definition("#/properties/notification/enum")?.array?.compactMap(\.string)
        #expect(words == Occasion.allCases.map(\.rawValue))
    }

    @Test func `a rollback`() throws {
        #expect(
            try occasions([
                .rollbackStarted(Self.info), .undo("failover", attempt: 1, .started),
                .undo("failover", attempt: 1, .finding("it is away")),
                .undo("failover", attempt: 1, .failed(Self.broken, took: .zero)),
                .rollbackFinished(.incomplete("failover")),
            ]) == [["rollback-started"], [], ["finding"], ["failed"], ["finished"]])
    }
}
