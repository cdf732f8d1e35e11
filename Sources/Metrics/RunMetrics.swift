package import Execution
import PlanGraph
import Synchronization

/// The numbers of one run, gathered from its events and from the writes of its record.
package final class RunMetrics: Sendable {
    /// How a node stands. The words are those of the label `state`.
    enum NodeState: String, CaseIterable {
        case running, waiting, succeeded, warned, failed, interrupted, undoing, undone
        case undoFailed = "undo-failed"
    }

    fileprivate struct State {
        var run = ""
        var plan = ""
        var startedAt: Timestamp?
        var outcome = "running"
        var nodes: [NodeID: NodeState] = [:]
        var took: [NodeID: Double] = [:]
        /// What the waits that go on have last reported; of those that are over, what they reported at the end.
        var figures: [NodeID: [Figure: Double]] = [:]
        var remaining: [NodeID: Double] = [:]
        var retries = 0
        /// What the steps have measured.
        var facts: [NodeID: [String: Double]] = [:]
        var checkpoints = (count: 0, seconds: 0.0, slowest: 0.0)
    }

    private let version: String
    private let state = Mutex(State())

    /// - Parameter version: planrun's own.
    package init(version: String) { self.version = version }

    package func receive(_ event: RunEvent) {
        state.withLock { state in
            state.run = event.run
            switch event.kind {
            case .runStarted(let info), .rollbackStarted(let info):
                state.plan = info.planName
                state.startedAt = event.at
                state.outcome = if case .rollbackStarted = event.kind { "rolling-back" } else { "running" }
            case .runDraining, .runCancelling: state.outcome = "stopping"
            case .runFinished(let ending): state.outcome = ending.word
            case .rollbackFinished(let ending): state.outcome = ending.word
            case .step(let node, _, let event): state.receive(event, of: node, isBack: false)
            case .undo(let node, _, let event): state.receive(event, of: node, isBack: true)
            }
        }
    }

    /// Counts a write of the record.
    package func wroteCheckpoint(in duration: Duration) {
        let seconds = duration / .seconds(1)
        state.withLock { state in
            state.checkpoints.count += 1
            state.checkpoints.seconds += seconds
            state.checkpoints.slowest = max(state.checkpoints.slowest, seconds)
        }
    }

    /// All metrics.
    package func text(_ format: MetricsFormat) -> String {
        let families = state.withLock { Self.families($0, version: version) }
        return families.map { $0.text(format) }.joined() + (format == .openMetrics ? "# EOF\n" : "")
    }
}

extension RunMetrics.State {
    fileprivate mutating func receive(_ event: RunEvent.StepEvent, of node: NodeID, isBack: Bool) {
        if let next = RunMetrics.NodeState(event, isBack: isBack) { nodes[node] = next }
        switch event {
        case .progress(let progress):
            if !progress.figures.isEmpty { figures[node] = progress.figures }
            remaining[node] = progress.remaining.map { $0 / .seconds(1) }
        case .succeeded(let result, let duration, _), .warned(let result, let duration):
            end(node, duration)
            measured(node, result)
        case .failed(_, let duration): end(node, duration)
        case .retrying: retries += 1
        case .kept(let result?): measured(node, result)
        case .finding: break
        case .started, .paused, .interrupted, .kept(nil): remaining[node] = nil
        }
    }

    private mutating func end(_ node: NodeID, _ duration: Duration) {
        took[node] = duration / .seconds(1)
        remaining[node] = nil
    }

    private mutating func measured(_ node: NodeID, _ result: StepResult) {
        facts[node] = result.facts.compactMapValues(\.number)
    }
}

extension RunMetrics.NodeState {
    /// `nil` where the event does not change how the node stands.
    fileprivate init?(_ event: RunEvent.StepEvent, isBack: Bool) {
        switch event {
        case .started, .retrying: self = isBack ? .undoing : .running
        case .progress, .finding: return nil
        case .succeeded, .kept(nil): self = isBack ? .undone : .succeeded
        case .kept(let result?): self = result.verdict == .warned ? .warned : .succeeded
        case .warned: self = isBack ? .undone : .warned
        case .failed: self = isBack ? .undoFailed : .failed
        case .paused: self = .waiting
        case .interrupted: self = .interrupted
        }
    }
}

extension RunOutcome.Ending {
    fileprivate var word: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .interrupted: "stopped"
        case .paused: "waiting"
        case .stateWriteFailed, .leaseLost: "lost"
        }
    }
}

extension RollbackOutcome.Ending {
    fileprivate var word: String {
        switch self {
        case .complete: "rolled-back"
        case .incomplete: "rollback-incomplete"
        case .interrupted: "stopped"
        case .stateWriteFailed, .leaseLost: "lost"
        }
    }
}

extension StateValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}

// MARK: The metrics

extension RunMetrics {
    /// The words of the label `state` of `planrun_run_state`.
    static let runStates = [
        "running", "waiting", "stopping", "succeeded", "failed", "stopped", "lost", "rolling-back", "rolled-back",
        "rollback-incomplete",
    ]

    private static func families(_ state: State, version: String) -> [MetricFamily] {
        guard let startedAt = state.startedAt else { return [] }
        return [
            MetricFamily(
                name: "planrun_run_info", kind: .gauge,
                help: "The run: its plan, its lineage, and the planrun that carries it out.",
                samples: [
                    .init(labels: [("plan", state.plan), ("run", state.run), ("version", version)], value: 1)
                ]),
            MetricFamily(
                name: "planrun_run_state", kind: .gauge, help: "1 for the state that the run is in, 0 for the others.",
                samples: runStates.map { .init(labels: [("state", $0)], value: $0 == state.outcome ? 1 : 0) }),
            MetricFamily(
                name: "planrun_started_timestamp_seconds", kind: .gauge, unit: "seconds",
                help: "When this planrun began.",
                samples: [.init(value: Double(startedAt.millisecondsSince1970) / 1_000)]),
        ] + steps(state) + figures(state) + facts(state) + [
            MetricFamily(
                name: "planrun_retries", kind: .counter, help: "Attempts that failed and were followed by another.",
                samples: [.init(suffix: "_total", value: Double(state.retries))]),
            MetricFamily(
                name: "planrun_checkpoint_seconds", kind: .summary, unit: "seconds",
                help: "How long the writes of the record took.",
                samples: [
                    .init(suffix: "_sum", value: state.checkpoints.seconds),
                    .init(suffix: "_count", value: Double(state.checkpoints.count)),
                ]),
            MetricFamily(
                name: "planrun_checkpoint_slowest_seconds", kind: .gauge, unit: "seconds",
                help: "How long the slowest write of the record took.",
                samples: [.init(value: state.checkpoints.slowest)]),
        ]
    }

    private static func steps(_ state: State) -> [MetricFamily] {
        func count(_ isCheck: Bool) -> [MetricFamily.Sample] {
            let nodes = state.nodes.filter { ($0.key.check != nil) == isCheck }.values
            return NodeState.allCases.map { word in
                .init(labels: [("state", word.rawValue)], value: Double(nodes.count { $0 == word }))
            }
        }
        func sorted(_ values: [NodeID: Double]) -> [MetricFamily.Sample] {
            values.sorted { $0.key < $1.key }.map { .init(labels: [("step", "\($0)")], value: $1) }
        }
        let going = state.nodes.filter { [.running, .waiting, .undoing].contains($0.value) && $0.key.check == nil }
        return [
            MetricFamily(
                name: "planrun_steps", kind: .gauge, help: "Steps that have begun, by how they stand.",
                samples: count(false)),
            MetricFamily(
                name: "planrun_checks", kind: .gauge, help: "Checks that have begun, by how they stand.",
                samples: count(true)),
            MetricFamily(
                name: "planrun_step_active", kind: .gauge, help: "1 for each step that goes on or waits for a person.",
                samples: sorted(going.mapValues { _ in 1 })),
            MetricFamily(
                name: "planrun_step_duration_seconds", kind: .gauge, unit: "seconds",
                help: "How long the last attempt of a step took.",
                samples: sorted(state.took.filter { $0.key.check == nil })
            ),
            MetricFamily(
                name: "planrun_remaining_seconds", kind: .gauge, unit: "seconds",
                help: "How much longer a step takes, as far as that can be told.", samples: sorted(state.remaining)),
        ]
    }

    private static func figures(_ state: State) -> [MetricFamily] {
        Figure.allCases.map { figure in
            MetricFamily(
                name: figure.metric.name, kind: .gauge, unit: figure.metric.unit, help: figure.metric.help,
                samples: state.figures.sorted { $0.key < $1.key }.compactMap { node, figures in
                    figures[figure].map { .init(labels: [("step", "\(node)")], value: $0) }
                })
        }
    }

    /// What a cutover has measured, by the name of the fact in the record.
    static let measured: [(fact: String, metric: String, help: String)] = [
        (
            "writeGapSeconds", "planrun_write_gap_seconds",
            "The longest time without an acknowledged write across the cutover."
        ),
        ("pauseSeconds", "planrun_write_pause_seconds", "How long writes were held back."),
        (
            "readonlySeconds", "planrun_readonly_seconds",
            "How long writes to the old primary were answered with READONLY."
        ),
        (
            "slowestClientsSeconds", "planrun_slowest_clients_seconds",
            "How long clients that ask SENTINEL MASTERS were sent to the old primary."
        ),
    ]

    private static func facts(_ state: State) -> [MetricFamily] {
        measured.map { fact, metric, help in
            MetricFamily(
                name: metric, kind: .gauge, unit: "seconds", help: help,
                samples: state.facts.sorted { $0.key < $1.key }.compactMap { node, facts in
                    facts[fact].map { .init(labels: [("step", "\(node)")], value: $0) }
                })
        }
    }
}

extension Figure {
    fileprivate var metric: (name: String, unit: String?, help: String) {
        switch self {
        case .lagBytes:
            ("planrun_lag_bytes", "bytes", "What the source has written and the target has not carried out.")
        case .copiedBytes: ("planrun_sync_copied_bytes", "bytes", "What a full sync has brought to the target.")
        case .totalBytes: ("planrun_sync_size_bytes", "bytes", "What a full sync brings to the target in all.")
        case .copiedKeys: ("planrun_sync_copied_keys", nil, "Keys that a full sync has brought to the target.")
        case .totalKeys: ("planrun_sync_size_keys", nil, "Keys that a full sync brings to the target in all.")
        case .bytesPerSecond: ("planrun_bytes_per_second", nil, "What a full sync or a comparison reads in a second.")
        case .keysPerSecond: ("planrun_keys_per_second", nil, "Keys of a full sync or a comparison in a second.")
        case .comparedKeys:
            ("planrun_compared_keys", nil, "Keys that a comparison has looked at, on both servers together.")
        case .keysToCompare: ("planrun_comparison_size_keys", nil, "Keys of both servers together.")
        case .suspectedKeys: ("planrun_suspected_keys", nil, "Keys that differed and are looked at again.")
        case .differences: ("planrun_differences", nil, "Differences between source and target that are certain.")
        }
    }
}
