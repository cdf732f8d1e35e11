import FoundationEssentials

/// The results of a benchmark.
struct Report: Encodable {
    struct Result: Encodable {
        var what: String
        /// In seconds.
        var measured: Double
        var floorIs: String
        /// In seconds.
        var floor: Double
        var ratio: Double { measured / floor }

        init(_ what: String, _ measured: Duration, against floorIs: String, _ floor: Duration) {
            self.what = what
            self.measured = measured / .seconds(1)
            self.floorIs = floorIs
            self.floor = floor / .seconds(1)
        }

        enum CodingKeys: CodingKey { case what, measured, floorIs, floor, ratio }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(what, forKey: .what)
            try container.encode(measured, forKey: .measured)
            try container.encode(floorIs, forKey: .floorIs)
            try container.encode(floor, forKey: .floor)
            try container.encode(ratio, forKey: .ratio)
        }
    }

    var benchmark: String
    var results: [Result]

    var text: String {
        results.map { result in
            "\(rounded(result.ratio))x  \(result.what): \(milliseconds(result.measured)) against \(milliseconds(result.floor)), \(result.floorIs)"
        }.joined(separator: "\n")
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a report holds only numbers and text") }
        return String(decoding: data, as: UTF8.self)
    }

    private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
    private func milliseconds(_ seconds: Double) -> String { "\(rounded(seconds * 1000)) ms" }
}
