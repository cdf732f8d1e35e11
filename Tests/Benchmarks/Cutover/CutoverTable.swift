import FoundationEssentials

/// The results of all runs, by setting and procedure.
struct CutoverTable: Encodable {
    struct Setting: Encodable {
        var name: String
        var rows: [Row]
    }

    struct Row: Encodable {
        var procedure: String
        var outcomes: [CutoverOutcome] = []
        /// Why some runs failed.
        var failures: [String] = []

        init(procedure: String) {
            self.procedure = procedure
        }

        var lost: Spread? { Spread(outcomes.map { Double($0.lost) }) }
        /// In seconds.
        var gap: Spread? { Spread(outcomes.map(\.gap)) }
        /// In seconds; `nil` where it is unknown of at least one run.
        var pause: Spread? {
            let pauses = outcomes.compactMap(\.pause)
            return pauses.count == outcomes.count ? Spread(pauses) : nil
        }
        /// The least of all runs: the time that the procedure tells, as a part of what the writers saw.
        var toldPart: Double? {
            let parts = outcomes.compactMap { outcome in outcome.told.map { $0 / outcome.gap } }
            return parts.count == outcomes.count ? parts.min() : nil
        }
        var errors: Spread? { Spread(outcomes.map { Double($0.errorCount) }) }

        enum CodingKeys: CodingKey { case procedure, lost, gap, pause, toldPart, errors, outcomes, failures }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(procedure, forKey: .procedure)
            try container.encode(lost, forKey: .lost)
            try container.encode(gap, forKey: .gap)
            try container.encode(pause, forKey: .pause)
            try container.encode(toldPart, forKey: .toldPart)
            try container.encode(errors, forKey: .errors)
            try container.encode(outcomes, forKey: .outcomes)
            try container.encode(failures, forKey: .failures)
        }
    }

    struct Spread: Encodable {
        let median: Double
        let maximum: Double

        /// - Returns: `nil` where there are no values.
        init?(_ values: [Double]) {
            let values = values.sorted()
            guard let maximum = values.last else { return nil }
            let middle = values.count / 2
            median = values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
            self.maximum = maximum
        }
    }

    var runs: Int
    var settings: [Setting] = []

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a table holds only numbers and text") }
        return String(decoding: data, as: UTF8.self)
    }

    var text: String {
        settings.map { setting in
            let title = "\(setting.name), \(runs) run\(runs == 1 ? "" : "s") each; median (maximum)"
            return ([title, ""] + setting.lines + setting.costs + setting.failures).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

extension CutoverTable.Setting {
    private static let titles = [
        "procedure", "writes lost", "write gap, s", "pause, s", "errors", "gap ÷ unaligned", "least told ÷ gap",
    ]

    /// A table that can be read as text and as Markdown.
    fileprivate var lines: [String] {
        let floor = rows.first { $0.procedure == UnalignedCutover().name }?.gap?.median
        let cells = [Self.titles] + rows.map { $0.cells(floor: floor) }
        let widths = Self.titles.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines = cells.map { row in
            "| "
                + zip(row, widths).enumerated().map { column, cell in
                    let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                    return column == 0 ? cell.0 + padding : padding + cell.0
                }.joined(separator: " | ") + " |"
        }
        let rule = widths.enumerated().map { column, width in
            String(repeating: "-", count: width - (column == 0 ? 0 : 1)) + (column == 0 ? "" : ":")
        }
        lines.insert("| \(rule.joined(separator: " | ")) |", at: 1)
        return lines
    }

    /// What it costs that somebody has to be told who does everything to prevent it.
    fileprivate var costs: [String] {
        rows.compactMap { plain in
            let telling = rows.first { $0.procedure == TellingCutover.name(of: plain.procedure) }
            guard let with = telling?.gap?.median, let without = plain.gap?.median else { return nil }
            let ratio = fixed(with / without, decimals: 2)
            return "\(plain.procedure): write gap with hostile receivers ÷ without: \(ratio)"
        }
    }

    fileprivate var failures: [String] {
        rows.filter { !$0.failures.isEmpty }.map { row in
            "\(row.procedure): \(row.failures.count) did not come to an end: \(row.failures[0])"
        }
    }
}

extension CutoverTable.Row {
    fileprivate func cells(floor: Double?) -> [String] {
        let ratio = floor.flatMap { floor in gap.map { fixed($0.median / floor, decimals: 2) } }
        return [
            procedure, lost?.text(decimals: 0) ?? "-", gap?.text(decimals: 3) ?? "-", pause?.text(decimals: 3) ?? "-",
            errors?.text(decimals: 0) ?? "-", ratio ?? "-", toldPart.map { fixed($0, decimals: 2) } ?? "-",
        ]
    }
}

extension CutoverTable.Spread {
    fileprivate func text(decimals: Int) -> String {
        "\(fixed(median, decimals: decimals)) (\(fixed(maximum, decimals: decimals)))"
    }
}

/// - Parameter number: not below zero.
private func fixed(_ number: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
    let parts = Int((number * Double(scale)).rounded()).quotientAndRemainder(dividingBy: scale)
    guard decimals > 0 else { return "\(parts.quotient)" }
    let fraction = "\(parts.remainder)"
    return "\(parts.quotient)." + String(repeating: "0", count: decimals - fraction.count) + fraction
}
