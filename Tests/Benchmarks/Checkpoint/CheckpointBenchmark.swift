import Execution
import FoundationEssentials
import Glibc
import PlanGraph
import PlanModel
import RESP
import Rehearsal
import Synchronization

/// What it costs to keep a record: one checkpoint, a whole run, and a cutover whose store is slow.
struct CheckpointBenchmark: Benchmark {
    static let name = "checkpoint"
    static let summary =
        "a checkpoint and the record of a run of 60 and of 1,000 nodes, against the same bytes written and fdatasync'ed; a cutover with a store that takes 200 ms a write"

    private static let slowness = Duration.milliseconds(200)

    func measure() async throws -> [Report.Result] {
        var results: [Report.Result] = []
        for nodes in [60, 1_000] { results += try await Self.record(nodes: nodes) }
        return results + (try await Self.cutovers())
    }

    // MARK: The cost of a record

    private static func record(nodes: Int) async throws -> [Report.Result] {
        var (checkpoints, floors): ([Duration], [Duration]) = ([], [])
        var (runs, floorsOfRuns): ([Duration], [Duration]) = ([], [])
        for _ in 0..<5 {
            try await withFolder { folder in
                let run = try await RecordedRun.carryOut(nodes: nodes, in: folder)
                runs.append(run.took)
                checkpoints += run.writes.map(\.took)
                let floor = try floorOf(run.writes.map(\.size), in: folder)
                floors += floor
                floorsOfRuns.append(floor.reduce(.zero, +))
            }
        }
        return [
            Report.Result(
                "a checkpoint of \(nodes) nodes", median(checkpoints), against: "the same bytes, fdatasync'ed",
                median(floors)),
            Report.Result(
                "a run of \(nodes) nodes that do nothing", median(runs),
                against: "the bytes of its checkpoints, fdatasync'ed", median(floorsOfRuns)),
        ]
    }

    /// The least time that a disk needs for so many bytes: they are appended to one open file.
    private static func floorOf(_ sizes: [Int], in folder: String) throws -> [Duration] {
        let descriptor = open(folder + "/floor", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Child.Failure(what: "no file can be made in \(folder)") }
        defer { close(descriptor) }
        return try sizes.map { size in
            let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: size)
            return try time {
                guard write(descriptor, bytes, size) == size, fdatasync(descriptor) == 0 else {
                    throw Child.Failure(what: "\(size) bytes cannot be written to \(folder)")
                }
            }
        }
    }

    // MARK: A cutover with a slow store

    /// The prompt and the slow store take turns, so that other work of the machine affects both alike.
    private static func cutovers() async throws -> [Report.Result] {
        let setting = CutoverSetting(sentinels: 1, rate: .perSecond(2_000), writers: 8, keys: 1_000)
        var (prompt, slow): ([CutoverOutcome], [CutoverOutcome]) = ([], [])
        for _ in 0..<3 {
            prompt.append(try await setting.carryOut(RecordedCutover(slowness: .zero)))
            slow.append(try await setting.carryOut(RecordedCutover(slowness: slowness)))
        }
        let lost = (prompt + slow).map(\.lost).reduce(0, +)
        guard lost == 0 else { throw Child.Failure(what: "\(lost) acknowledged writes were lost") }
        func allowed(_ outcomes: [Double]) -> Duration { median(outcomes.map { .seconds($0) }) + slowness }
        let floor = "with a prompt one, and the one write that comes before the promotion"
        return [
            Report.Result(
                "the write pause with a store that takes 200 ms a write",
                median(slow.map { .seconds($0.pause ?? 0) }), against: floor, allowed(prompt.map { $0.pause ?? 0 })),
            Report.Result(
                "the write gap with a store that takes 200 ms a write", median(slow.map { .seconds($0.gap) }),
                against: floor, allowed(prompt.map(\.gap))),
        ]
    }

    private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }
}

private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/planrun-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

/// A run of steps that do nothing, and what its checkpoints cost.
private struct RecordedRun {
    let took: Duration
    let writes: [MeasuredLease.Write]

    static func carryOut(nodes: Int, in folder: String) async throws -> RecordedRun {
        let path = folder + "/run.state.json"
        let store = FileStore(path: path, holder: .thisProcess(since: .now))
        let lease = MeasuredLease(try await store.hold(), path: path)
        let graph = graph(nodes)
        let state = RunState(
            planPath: "plan.yaml", planName: "large", plan: "version: 1\n", graph: graph, lineage: "1", now: .now)
        let executor = Executor(graph: graph, provider: NothingToDo(), lease: lease)
        let began = ContinuousClock.now
        let outcome = await executor.run(state, interrupts: Interrupts().stream())
        let took = began.duration(to: .now)
        await lease.release()
        guard outcome.ending == .succeeded else { throw Child.Failure(what: "the run ended with \(outcome.ending)") }
        return RecordedRun(took: took, writes: lease.writes)
    }

    /// Each node needs the one ten places before it, so ten run at a time. Every tenth node is an effect.
    private static func graph(_ count: Int) -> StepGraph {
        StepGraph(
            nodes: (0..<count).map { number in
                StepGraph.Node(
                    id: NodeID(step: "step-\(number)"), kind: "check", title: "step \(number)",
                    role: number.isMultiple(of: 10) ? .effect : .check,
                    needs: number < 10 ? [] : [NodeID(step: "step-\(number - 10)")])
            })
    }

    private struct NothingToDo: OperationProvider, Operation {
        func operation(for node: NodeID) -> any Operation { self }
        func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: .string("as it was before")) }
        func perform(_ context: StepContext) async throws {}
        func undo(_ context: StepContext) async throws -> StepResult? { nil }

        func verify(_ context: StepContext) async throws -> StepResult {
            StepResult("it is as it should be", facts: ["offset": .int(4_711)])
        }
    }
}

/// A lease that measures its writes.
private final class MeasuredLease: RunLease {
    struct Write: Sendable {
        let size: Int
        let took: Duration
    }

    private let lease: any RunLease
    private let path: String
    private let measured = Mutex<[Write]>([])

    init(_ lease: any RunLease, path: String) {
        self.lease = lease
        self.path = path
    }

    var writes: [Write] { measured.withLock { $0 } }
    var recordName: String { lease.recordName }

    func read() async throws(StoreFailure) -> RunState { try await lease.read() }

    func write(_ state: RunState) async throws(StoreFailure) {
        let began = ContinuousClock.now
        try await lease.write(state)
        let took = began.duration(to: .now)
        var status = stat()
        stat(path, &status)
        measured.withLock { $0.append(Write(size: Int(status.st_size), took: took)) }
    }

    func loss() async -> StoreFailure? { await lease.loss() }
    func release() async { await lease.release() }
}
