import Comparison
import Execution
import RedisTopology
import Values

/// How far a comparison is, in words, with its speed.
struct ComparisonPace {
    private let watch: Stopwatch
    private let gates: [ServerGate]
    private let begin: Int

    /// - Parameter begin: keys that an interrupted comparison had looked at before.
    init(clock: any Clock<Duration>, gates: [ServerGate] = [], begin: Int = 0) {
        watch = Stopwatch(clock)
        self.gates = gates
        self.begin = begin
    }

    func words(_ progress: ComparisonProgress) -> Progress {
        let seconds = watch.elapsed.seconds
        let rate = seconds > 0 ? Double(progress.done - begin) / seconds : 0
        let bytes = seconds > 0 ? Int64(saturating: Double(gates.map(\.received).saturatingSum) / seconds) : 0
        let left = max(0, Double(progress.total) - Double(progress.done))
        let latency = gates.first?.latency.map { "; \($0.words)" } ?? ""
        let again = progress.suspects == 0 ? "" : "; \(progress.suspects) looked at again"
        return Progress(
            "the comparison",
            now:
                "\(progress.done) of \(progress.total) keys, \(Int64(saturating: rate)) keys/s, \(ByteCount(bytes: bytes).text)/s\(latency)\(again)",
            wanted: "all the same on both servers",
            fraction: progress.total > 0 ? min(1, Double(progress.done) / Double(progress.total)) : nil,
            remaining: rate > 0 ? .seconds(min(left / rate, Double(Int64.max))) : nil,
            figures: [
                .comparedKeys: Double(progress.done), .keysToCompare: Double(progress.total), .keysPerSecond: rate,
                .bytesPerSecond: Double(bytes), .suspectedKeys: Double(progress.suspects),
                .differences: Double(progress.report.differences.values.map(Int64.init).saturatingSum),
            ])
    }
}

extension Duration {
    /// For a person, with two decimals.
    var inMilliseconds: Double { (self / .milliseconds(1) * 100).rounded() / 100 }
}

extension ProbedLatency {
    /// `the source answers in 0.21 ms (0.2 ms before)`
    fileprivate var words: String {
        "the source answers a probe in \(during.inMilliseconds) ms (alone \(before.inMilliseconds) ms)"
    }
}
