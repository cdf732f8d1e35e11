package import FoundationEssentials

/// A moment of the wall clock, in UTC and whole milliseconds, so that reading what was written gives an equal value.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

    package init(_ date: Date) {
        self.init(millisecondsSince1970: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    /// `2026-03-01T09:30:00.125Z`, and nothing else: one spelling, no time zones.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count == 24, parts.count == 2, parts[1].utf8.count == 4, parts[1].hasSuffix("Z"),
            let milliseconds = Int64(parts[1].dropLast()), milliseconds >= 0,
            let date = try? Date(parts[0] + "Z", strategy: .iso8601)
        else { return nil }
        self.init(millisecondsSince1970: Int64(date.timeIntervalSince1970) * 1000 + milliseconds)
    }

    package static var now: Timestamp { Timestamp(Date()) }

    package static func < (left: Self, right: Self) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// The time from this moment to `later`. It is zero if the clock was set back in between, so that `later` is the
    /// earlier of the two.
    package func duration(to later: Timestamp) -> Duration {
        let (milliseconds, overflows) = later.millisecondsSince1970.subtractingReportingOverflow(millisecondsSince1970)
        return overflows ? .zero : .milliseconds(max(0, milliseconds))
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String {
        let (seconds, milliseconds) = millisecondsSince1970.floorDivided(by: 1000)
        let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let padded = String(milliseconds + 1000).dropFirst()
        return "\(text.dropLast()).\(padded)Z"
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a time like 2026-03-01T09:30:00.125Z: \(text)")
        }
        self = timestamp
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
