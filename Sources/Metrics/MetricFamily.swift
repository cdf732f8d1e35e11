import Escaping

/// How metrics are written.
package enum MetricsFormat: Sendable, CaseIterable {
    /// OpenMetrics 1.0, which a scraper asks for by name.
    case openMetrics
    /// Version 0.0.4 of Prometheus' text format, which the node exporter reads out of files. It has neither units nor an end,
    /// and a counter is called by the name of its sample.
    case prometheus
}

/// One metric with all its samples.
struct MetricFamily {
    enum Kind: String {
        case gauge, counter, summary
    }

    struct Sample {
        /// What stands behind the family's name: `_total` of a counter, `_sum` and `_count` of a summary.
        var suffix = ""
        var labels: [(name: String, value: String)] = []
        var value: Double
    }

    let name: String
    let kind: Kind
    /// The unit that the name ends with; `nil` for a count.
    var unit: String?
    let help: String
    var samples: [Sample]

    /// Nothing where there is nothing to say.
    func text(_ format: MetricsFormat) -> String {
        guard !samples.isEmpty else { return "" }
        let title = format == .prometheus && kind == .counter ? "\(name)_total" : name
        var lines = ["# HELP \(title) \(help)", "# TYPE \(title) \(kind.rawValue)"]
        if let unit, format == .openMetrics { lines.append("# UNIT \(name) \(unit)") }
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(sample.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text of others may stand in a label. What would not be seen is spelt out, as in everything that planrun prints.
    private static func escape(_ text: String) -> String {
        VisibleText.escape(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }
}
