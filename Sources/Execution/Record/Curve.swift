/// How a number moved while a step went on, thinned: a curve never has more than 128 points, however long the step takes.
///
/// Time is divided into spans of equal length, and a point tells the lowest and the highest number of a span. When there
/// would be too many points, two neighbouring spans become one of twice the length. So no peak is lost; only its time
/// becomes less exact.
package struct Curve: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        /// How many spans after the beginning of the curve.
        package let span: Int64
        package internal(set) var lowest: Int64
        package internal(set) var highest: Int64
    }

    /// At four reports a second, half a minute.
    private static let firstSpan: Int64 = 250
    private static let capacity = 128

    package let begin: Timestamp
    package private(set) var spanMilliseconds = firstSpan
    /// In order of time; a span in which nothing was reported has none.
    package private(set) var points: [Point] = []

    package init(begin: Timestamp) { self.begin = begin }

    /// - Parameter value: rounded, and 0 if it is negative; what is no number is left out.
    package mutating func receive(_ value: Double, at time: Timestamp) {
        guard value.isFinite else { return }
        let value = Int64(min(max(0, value.rounded()), 9e15))
        var span = Int64(min(begin.duration(to: time) / .milliseconds(spanMilliseconds), 9e15))
        while span >= Self.capacity {
            span /= 2
            halve()
        }
        // Points stay in order when the clock is set back.
        if let last = points.indices.last, points[last].span >= span {
            points[last].lowest = min(points[last].lowest, value)
            points[last].highest = max(points[last].highest, value)
        } else {
            points.append(Point(span: span, lowest: value, highest: value))
        }
    }

    private mutating func halve() {
        spanMilliseconds *= 2
        points = points.reduce(into: []) { halved, point in
            if let last = halved.indices.last, halved[last].span == point.span / 2 {
                halved[last].lowest = min(halved[last].lowest, point.lowest)
                halved[last].highest = max(halved[last].highest, point.highest)
            } else {
                halved.append(Point(span: point.span / 2, lowest: point.lowest, highest: point.highest))
            }
        }
    }
}

/// All points are one string, `0 12 30;1 7`: span, lowest, and highest if that is another number. As a list of numbers
/// they would take five times the room in the record, and the checkpoints in the middle of a cutover would take longer.
extension Curve: Codable {
    private enum CodingKeys: String, CodingKey { case begin, spanMilliseconds, points }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        begin = try container.decode(Timestamp.self, forKey: .begin)
        spanMilliseconds = try container.decode(Int64.self, forKey: .spanMilliseconds)
        let text = try container.decode(String.self, forKey: .points)
        points = text.split(separator: ";").compactMap { Point($0) }
        guard (1...(1 << 60)).contains(spanMilliseconds), points.count == text.split(separator: ";").count,
            zip(points, points.dropFirst()).allSatisfy({ $0.span < $1.span })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .points, in: container, debugDescription: "no points of a curve")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(begin, forKey: .begin)
        try container.encode(spanMilliseconds, forKey: .spanMilliseconds)
        try container.encode(points.map(\.text).joined(separator: ";"), forKey: .points)
    }
}

extension Curve.Point {
    fileprivate init?(_ text: Substring) {
        let words = text.split(separator: " ")
        let numbers = words.compactMap { Int64($0) }
        guard (2...3).contains(words.count), numbers.count == words.count, numbers.allSatisfy({ $0 >= 0 }) else {
            return nil
        }
        self.init(span: numbers[0], lowest: numbers[1], highest: numbers.last ?? numbers[1])
    }

    fileprivate var text: String { lowest == highest ? "\(span) \(lowest)" : "\(span) \(lowest) \(highest)" }
}
