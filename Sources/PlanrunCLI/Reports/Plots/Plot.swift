import Execution
import Operations
import PlanGraph
import Values

/// How one number moved during a step.
struct Plot: Encodable {
    enum Unit: String, Encodable {
        case bytes
        case bytesPerSecond = "bytes per second"
        case keysPerSecond = "keys per second"
        case writesPer100ms = "writes per 100 ms"
    }

    struct Point: Encodable {
        /// When its span begins, after the beginning of the plot.
        var seconds: Double
        var lowest: Int64
        var highest: Int64
    }

    /// The time without an acknowledged write.
    struct Gap: Encodable {
        var beginSeconds: Double
        var endSeconds: Double
    }

    var step: NodeID
    var what: String
    var unit: Unit
    /// `nil` where times are measured from the beginning of a handover.
    var begin: Timestamp?
    /// How long the span of a point is.
    var spanSeconds: Double
    var points: [Point]
    var gap: Gap?
}

extension Plot {
    /// Those of a run, in the order of its steps.
    static func all(_ state: RunState) -> [Plot] {
        state.nodes.flatMap { node in
            Figure.allCases.compactMap { figure in node.curves?[figure].flatMap { Plot(node.id, figure, $0) } }
                + [
                    WritesSeen.among(node.result?.facts ?? [:]).map { Plot(node.id, "the cutover", $0) },
                    WritesSeen.among(node.undoResult?.facts ?? [:]).map { Plot(node.id, "the way back", $0) },
                ].compactMap(\.self)
        }
    }

    /// `nil` where there is too little to see, and for what is not plotted.
    private init?(_ step: NodeID, _ figure: Figure, _ curve: Curve) {
        guard curve.points.count > 2 else { return nil }
        let (what, unit): (String, Unit)
        switch figure {
        case .lagBytes: (what, unit) = ("lag", .bytes)
        case .bytesPerSecond: (what, unit) = ("throughput", .bytesPerSecond)
        case .keysPerSecond: (what, unit) = ("throughput", .keysPerSecond)
        case .copiedBytes, .totalBytes, .copiedKeys, .totalKeys, .comparedKeys, .keysToCompare, .suspectedKeys,
            .differences:
            return nil
        }
        let span = Double(curve.spanMilliseconds) / 1_000
        self.init(
            step: step, what: what, unit: unit, begin: curve.begin, spanSeconds: span,
            points: curve.points.map {
                Point(seconds: Double($0.span) * span, lowest: $0.lowest, highest: $0.highest)
            })
    }

    private init(_ step: NodeID, _ handover: String, _ seen: WritesSeen) {
        self.init(
            step: step, what: "writes of planrun's probe per 100 ms, around \(handover)", unit: .writesPer100ms,
            begin: nil,
            spanSeconds: 0.1,
            points: seen.counts.enumerated().map { index, count in
                let tenths = (seen.firstSeconds * 10).rounded() + Double(index)
                return Point(seconds: tenths / 10, lowest: Int64(count), highest: Int64(count))
            },
            gap: Gap(beginSeconds: seen.gapBeginSeconds, endSeconds: seen.gapEndSeconds))
    }
}

// MARK: Words

extension Plot {
    var title: String { "\(step): \(what)" }

    /// What a reader sees in the drawing, in words.
    var words: String {
        if let gap {
            let length = milliseconds(gap.endSeconds - gap.beginSeconds)
            let usual = points.filter { $0.seconds < 0 }.map(\.highest).max() ?? 0
            return
                "up to \(amount(usual)) before; no write for \(length), from \(milliseconds(gap.beginSeconds)) after the handover began"
        }
        let peak = points.max { $0.highest < $1.highest }
        let highest = peak.map { "\(amount($0.highest)) at most" + (time(of: $0.seconds).map { ", at \($0)" } ?? "") }
        return [highest, points.last.map { "\(amount($0.highest)) at the end" }].compactMap(\.self)
            .joined(separator: "; ")
    }

    func amount(_ value: Int64) -> String {
        switch unit {
        case .bytes: ByteCount(bytes: value).text
        case .bytesPerSecond: "\(ByteCount(bytes: value).text)/s"
        case .keysPerSecond: "\(value) keys/s"
        case .writesPer100ms: "\(value) writes"
        }
    }

    /// A time of the plot: of the day, or since the handover began.
    func moment(_ seconds: Double) -> String { time(of: seconds) ?? milliseconds(seconds) }

    /// The time of day, `09:30:00Z`.
    private func time(of seconds: Double) -> String? {
        begin.map { begin in
            let moment = begin.millisecondsSince1970 &+ Int64((seconds * 1_000).rounded())
            return "\(Timestamp(millisecondsSince1970: moment))".dropFirst(11).prefix(8) + "Z"
        }
    }

    private func milliseconds(_ seconds: Double) -> String { "\(Int64((seconds * 1_000).rounded())) ms" }

    /// When the last span ends.
    var end: Double { (points.last?.seconds ?? 0) + spanSeconds }
    var start: Double { points.first?.seconds ?? 0 }

    /// The top of the vertical axis: a round number, of which the half is one, too.
    var ceiling: Int64 {
        let highest = max(points.map(\.highest).max() ?? 0, 1)
        switch unit {
        case .bytes, .bytesPerSecond:
            var top: Int64 = 2
            while top < highest { top *= 2 }
            return top
        case .keysPerSecond, .writesPer100ms:
            var decade: Int64 = 1
            while decade * 10 < highest { decade *= 10 }
            return [2, 4, 6, 10].map { $0 * decade }.first { $0 >= highest } ?? decade * 20
        }
    }

    /// The plot in one line of text, for Markdown: at most so many columns, each as high as the highest number in it.
    func sparkline(columns limit: Int = 40) -> String {
        let levels = Array("▁▂▃▄▅▆▇█")
        let count = max(1, min(limit, Int(((end - start) / spanSeconds).rounded())))
        var columns = [Int64?](repeating: nil, count: count)
        for point in points {
            let column = min(count - 1, Int((point.seconds - start) / (end - start) * Double(count) + 0.001))
            columns[column] = max(columns[column] ?? 0, point.highest)
        }
        return String(
            columns.map { value -> Character in
                guard let value, value > 0 else { return value == nil ? " " : "_" }
                return levels[min(levels.count - 1, Int(Double(value) / Double(ceiling) * Double(levels.count)))]
            })
    }
}
