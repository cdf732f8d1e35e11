import Testing
import Values

@testable import Operations

/// What a probe, or a handover itself, measures of the time in which applications cannot write.
struct WriteGapTests {
    private var gap = WriteGap()

    init() {}

    @Test mutating func `the gap begins with the last write before the handover`() {
        gap.acknowledged(at: .milliseconds(100))
        gap.acknowledged(at: .milliseconds(900))
        gap.begin(at: .milliseconds(1000))
        gap.acknowledged(at: .milliseconds(1200))
        gap.acknowledged(at: .milliseconds(1250))
        gap.end(at: .milliseconds(1300), hasEnded: true)
        #expect(gap.longest == .milliseconds(300))
        #expect(!gap.isLowerBound)
    }

    @Test mutating func `a gap whose beginning was not seen is a lower bound`() {
        gap.begin(at: .milliseconds(1000))
        gap.acknowledged(at: .milliseconds(1400))
        gap.end(at: .milliseconds(1500), hasEnded: true)
        #expect(gap.longest == .milliseconds(400))
        #expect(gap.isLowerBound)
    }

    @Test mutating func `a gap that has not ended counts up to the end`() {
        gap.acknowledged(at: .milliseconds(900))
        gap.begin(at: .milliseconds(1000))
        gap.end(at: .milliseconds(6000), hasEnded: false)
        #expect(gap.longest == .milliseconds(5100))
        #expect(gap.isLowerBound)
    }

    @Test func `of two probes of one handover the longer gap counts`() {
        var measurements = CutoverMeasurements()
        measurements.saw(seen(begin: nil, end: 300))
        #expect(measurements.writeGap == 0.3)
        #expect(measurements.isWriteGapLowerBound == true)
        measurements.saw(seen(begin: 0, end: 10))
        #expect(measurements.writeGap == 0.3)
        #expect(measurements.isWriteGapLowerBound == true)
        measurements.saw(seen(begin: 0, end: 500))
        #expect(measurements.writeGap == 0.5)
        #expect(measurements.isWriteGapLowerBound == nil)
    }

    private func seen(begin: Int?, end: Int) -> WriteGap {
        var gap = WriteGap()
        if let begin { gap.acknowledged(at: .milliseconds(begin)) }
        gap.begin(at: .zero)
        gap.acknowledged(at: .milliseconds(end))
        gap.end(at: .milliseconds(end), hasEnded: true)
        return gap
    }

    @Test func `every kind of client finds its time in the sentence`() {
        var measurements = CutoverMeasurements()
        let source = Endpoint(host: "10.0.0.1", port: 6379)
        #expect(measurements.sentence(source) == nil)
        (measurements.pause, measurements.writeGap) = (0.31, 0.33)
        #expect(
            measurements.sentence(source)
                == "writes were held back for 0.31 s, and an application saw a write gap of 0.33 s")
        (measurements.refusing, measurements.slowestClients) = (0.28, 0.36)
        #expect(
            measurements.sentence(source)
                == "writes were held back for 0.31 s, and an application saw a write gap of 0.33 s; new writes to 10.0.0.1:6379 failed with READONLY for 0.28 s, and clients that ask SENTINEL MASTERS or wait for +switch-master could not write for 0.36 s"
        )
        measurements = CutoverMeasurements()
        (measurements.writeGap, measurements.isWriteGapLowerBound) = (0.4, true)
        #expect(measurements.sentence(source) == "an application saw a write gap of at least 0.4 s")
    }
}
