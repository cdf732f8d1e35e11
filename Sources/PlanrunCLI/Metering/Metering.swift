import Diagnostics
import Escaping
import Execution
import Metrics
import Synchronization
import SystemPackage

/// The numbers of one call of planrun, and where they go: to whoever asks for them, and to a file.
struct Metering: Sendable {
    private let metrics: RunMetrics
    private let context: CommandContext
    private let server: MetricsServer?
    private let file: MetricsFile?

    /// - Throws: `ExitStatus.invalid` after saying why, if nobody can listen at the address or the file cannot be written.
    init(_ options: MetricsOptions, _ context: CommandContext) async throws(ExitStatus) {
        let metrics = RunMetrics(version: PlanrunCommand.versionNumber)
        self.metrics = metrics
        self.context = context
        file = options.metricsFile.map { MetricsFile(path: $0, metrics) }
        if let reason = file?.writeNow() {
            context.tell(
                Notice(
                    code: .verb(.metricsNotServed), what: "the metrics cannot be written: \(reason)",
                    details: ["nothing was changed"],
                    help: ["give '--metrics-file' a path in a folder that can be written"]))
            throw .invalid
        }
        guard let endpoint = options.metrics else {
            server = nil
            return
        }
        do {
            server = try await MetricsServer.open(at: endpoint) { metrics.text($0) }
        } catch {
            context.tell(
                Notice(
                    code: .verb(.metricsNotServed),
                    what: "nobody can listen at \(endpoint) for metrics: \(VisibleText.escape("\(error)"))",
                    details: ["nothing was changed"],
                    help: ["give '--metrics' another port, or an address of this machine"]))
            throw .invalid
        }
        context.tell("metrics are at http://\(endpoint)/metrics for as long as this goes on")
    }

    func observed(_ view: any RunView) -> any RunView {
        MeteredRunView(view: view, metrics: metrics, file: file)
    }

    /// The same lease, whose writes are timed.
    func timed(_ lease: any RunLease) -> any RunLease { TimedLease(lease, metrics) }

    /// Called once nothing happens any more.
    func close() async {
        await server?.close()
        if let reason = await file?.close() {
            context.tell("note: the metrics could not be written: \(reason)")
        }
    }
}

/// Counts every event before it is shown.
private struct MeteredRunView: RunView {
    let view: any RunView
    let metrics: RunMetrics
    let file: MetricsFile?

    func receive(_ event: RunEvent) {
        metrics.receive(event)
        file?.hasChanged()
        view.receive(event)
    }

    func note(_ sentence: String) { view.note(sentence) }
    func ask(_ question: String) { view.ask(question) }
    func close() { view.close() }
}

/// Measures how long the writes of the record take.
private final class TimedLease: RunLease {
    private let lease: any RunLease
    private let metrics: RunMetrics

    init(_ lease: any RunLease, _ metrics: RunMetrics) {
        self.lease = lease
        self.metrics = metrics
    }

    var recordName: String { lease.recordName }
    func read() async throws(StoreFailure) -> RunState { try await lease.read() }
    func loss() async -> StoreFailure? { await lease.loss() }
    func release() async { await lease.release() }

    func write(_ state: RunState) async throws(StoreFailure) {
        let began = ContinuousClock.now
        try await lease.write(state)
        metrics.wroteCheckpoint(in: began.duration(to: .now))
    }
}

/// Writes the metrics to a file whenever they have changed, once a second at most, in a task of its own: a run does not
/// wait for a disk. It is readable by everybody, because the node exporter is another user, and there is no secret in it.
private final class MetricsFile: Sendable {
    private let file: WholeFile
    private let path: String
    private let metrics: RunMetrics
    private let changes: AsyncStream<Void>.Continuation
    private let writer: Task<Void, Never>
    private static let pause = Duration.seconds(1)

    init(path: String, _ metrics: RunMetrics) {
        self.path = path
        self.metrics = metrics
        let file = WholeFile(path: path, permissions: [.ownerReadWrite, .groupRead, .otherRead])
        self.file = file
        let (stream, changes) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        writer = Task {
            for await _ in stream {
                // The next write brings what this one could not.
                try? file.write(Array(metrics.text(.prometheus).utf8))
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    func hasChanged() { changes.yield() }

    /// - Returns: why the file could not be written; `nil` if it was.
    func writeNow() -> String? {
        do throws(Errno) {
            try file.write(Array(metrics.text(.prometheus).utf8))
            return nil
        } catch {
            return "\(VisibleText.escape(path)): \(error)"
        }
    }

    /// - Returns: why the last numbers could not be written; `nil` if they were.
    func close() async -> String? {
        changes.finish()
        writer.cancel()
        await writer.value
        return writeNow()
    }
}
