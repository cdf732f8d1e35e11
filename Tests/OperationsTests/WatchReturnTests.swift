import Execution
import PlanGraph
import PlanModel
import RESP
import Synchronization
import Testing

@testable import Operations

/// A watch with `on-trouble: rollback` in a small world, from a target that rejects writes to the source as the primary
/// again.
struct WatchReturnTests {
    /// What the watch has told, and noted in the record.
    private final class Notebook: Sendable {
        private let pages = Mutex<(mark: StateValue?, findings: [String])>((nil, []))

        var mark: StateValue? { pages.withLock(\.mark) }
        var findings: [String] { pages.withLock(\.findings) }
        func note(_ mark: StateValue?) { pages.withLock { $0.mark = mark } }
        func tell(_ finding: String) { pages.withLock { $0.findings.append(finding) } }
    }

    /// The world after the cutover, with its record.
    private struct Scene {
        var lifecycle: Lifecycle
        let process: FakeProcess
        let book = Notebook()

        /// - Parameter age: for how many seconds the watch has gone on.
        init(age: Double = 0) async throws {
            lifecycle = Lifecycle(
                try Plan.small(rollback: "keep"), SmallWorld.following(sentinels: 1), node: "failover")
            lifecycle.allowance = .noWrite
            process = FakeProcess(lifecycle.world)
            try await lifecycle.run(process)
            process.sleep(until: process.time + .seconds(15))
            // An earlier planrun has seen a target that rejected nothing yet.
            book.note(StateValue(WatchMemory(began: now - age, duration: .seconds(60), basis: Self.basis)))
        }

        private static let basis = WatchBasis(
            sourceFollowed: true, sourceAnswered: true, load: WatchLoad(errors: 0, evicted: 0), errorsBefore: 0,
            evictionsBefore: 0)

        private var now: Double { process.time / .seconds(1) }

        func rejectWrites() {
            process.world.change {
                $0.replies[SmallWorld.target] = [
                    "INFO ERRORSTATS": .text("# Errorstats\r\nerrorstat_OOM:count=3\r\n"),
                    "SLOWLOG": .array([]),
                ]
            }
        }

        /// Watches for a minute, or until the run is to go back.
        func watch(onTrouble: WatchStep.Response = .rollback) async throws -> StepResult {
            let operation = WatchOperation(
                servers: try process.servers(lifecycle.plan),
                step: WatchStep(duration: .seconds(60), onTrouble: onTrouble), id: "watch", approver: NobodyAsked(),
                now: { [process] in process.time / .seconds(1) })
            return try await operation.verify(
                process.context(mark: book.mark, note: book.note, tell: book.tell))
        }
    }

    @Test func `a target that rejects writes is left, once, and no write is lost`() async throws {
        let scene = try await Scene()
        scene.rejectWrites()
        let failure = await #expect(throws: StepFailure.self) { try await scene.watch() }
        #expect(failure?.code == .operation(.watchGoesBack))
        #expect(failure?.what == "the target rejects writes with OOM, 3 since the watch began")
        // The run may have died before it began to go back: whoever goes on with it has it stay.
        #expect(try await scene.watch().verdict == .warned)
        #expect(
            scene.book.findings.contains(
                "the run does not go back by itself: the run has begun to go back by itself before, and somebody has let it go on"
            ), "\(scene.book.findings)")
        try await scene.lifecycle.undo(scene.process)
        scene.lifecycle.expectGoneBack("after a watch")
    }

    @Test func `once its time is over, a watch that goes on looks until it knows whether writes are still rejected`()
        async throws
    {
        let scene = try await Scene(age: 300)
        scene.rejectWrites()
        let began = scene.process.time
        let result = try await scene.watch(onTrouble: .report)
        #expect(result.verdict == .warned)
        #expect(
            scene.book.findings == [
                "trouble: the target rejects writes with OOM, 3 since the watch began",
                "not any more: the target rejects writes with OOM, 3 since the watch began",
            ])
        #expect((.seconds(10) ... .seconds(12)).contains(scene.process.time - began))
    }

    @Test func `once its time is over, trouble that stays ends it all the same`() async throws {
        let scene = try await Scene(age: 300)
        scene.process.world.change { $0.instances[SmallWorld.target]?.follows = SmallWorld.otherReplica }
        let failure = await #expect(throws: StepFailure.self) { try await scene.watch(onTrouble: .report) }
        #expect(failure?.code == .operation(.watchTrouble))
    }

    @Test func `an operator who turns the target is not fought`() async throws {
        let scene = try await Scene()
        scene.rejectWrites()
        scene.process.world.change { $0.instances[SmallWorld.target]?.follows = SmallWorld.otherReplica }
        let failure = await #expect(throws: StepFailure.self) { try await scene.watch() }
        #expect(failure?.code == .operation(.watchTrouble))
        #expect(
            scene.book.findings.contains { $0.hasPrefix("the run does not go back by itself: target ") },
            "\(scene.book.findings)")
    }

    @Test func `a source that does not follow any more is not gone back to`() async throws {
        let scene = try await Scene()
        scene.rejectWrites()
        scene.process.world.change { $0.instances[SmallWorld.source]?.isUp = false }
        let failure = await #expect(throws: StepFailure.self) { try await scene.watch() }
        #expect(failure?.code == .operation(.watchTrouble))
        #expect(scene.book.findings.contains { $0.hasPrefix("the run does not go back by itself: ") })
    }
}
