import RESP

/// A number as it stands in a reply.
///
/// A server can send any number, and some numbers come from its clients: a replica announces whatever port it likes. A
/// number that is larger than anything that can be counted is refused, so that sums, products and conversions of the
/// others cannot overflow.
enum WireNumber {
    /// Up to 2⁵⁶, a number of bytes that 100 MB a second reach only after more than twenty years.
    static let range: ClosedRange<Int64> = -(1 << 56)...(1 << 56)
    /// About three hundred years.
    static let longest = Duration.seconds(10_000_000_000)

    /// - Returns: `nil` if the text is not a decimal integer, or is one outside `range`.
    static func integer(_ text: some StringProtocol) -> Int64? {
        Int64(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// - Returns: `nil` if the text is not a decimal integer, if the time is longer than `longest`, and if it is
    ///   negative: servers send a negative number when they have no value.
    static func seconds(_ text: some StringProtocol) -> Duration? {
        integer(text).flatMap(seconds)
    }

    static func seconds(_ number: Int64) -> Duration? {
        let seconds = Duration.seconds(number)
        return (.zero...longest).contains(seconds) ? seconds : nil
    }

    /// The time, cut to `0...longest`: a setting of a Sentinel can be any number.
    static func milliseconds(_ number: Int64) -> Duration {
        min(max(.zero, .milliseconds(number)), longest)
    }
}

extension Int64 {
    /// The nearest integer; 0 for NaN.
    package init(saturating number: Double) {
        if number.isNaN {
            self = 0
        } else if let exact = Int64(exactly: number.rounded()) {
            self = exact
        } else {
            self = number < 0 ? .min : .max
        }
    }

    /// The sum, or the largest or smallest number if it does not fit.
    package func adding(saturating other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (self < 0 ? .min : .max) : sum
    }

    /// The product, or the largest or smallest number if it does not fit.
    package func multiplied(saturating other: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Sequence<Int64> {
    package var saturatingSum: Int64 { reduce(0) { $0.adding(saturating: $1) } }
}
