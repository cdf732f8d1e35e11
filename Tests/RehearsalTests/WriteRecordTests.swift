import Testing

@testable import Rehearsal

@Suite struct WriteRecordTests {
    let start = ContinuousClock.now

    @Test func `the gap is the longest time in which no writer had a write acknowledged`() {
        let record = record([[0, 10, 20, 50], [5, 15, 40, 55]], stopped: 60)
        #expect(record.writeGap(in: window(0, 60)) == .milliseconds(20))
        #expect(record.longestWriterGap(in: window(0, 60)) == .milliseconds(30))
    }

    @Test func `a gap that only touches the window counts in its full length, one outside does not`() {
        let record = record([[0, 100, 110, 120, 180]], stopped: 181)
        #expect(record.writeGap(in: window(90, 95)) == .milliseconds(100))
        #expect(record.writeGap(in: window(101, 119)) == .milliseconds(10))
    }

    @Test func `writes that never came back are a gap until the load was stopped`() {
        #expect(record([[0, 10]], stopped: 500).writeGap(in: window(0, 500)) == .milliseconds(490))
    }

    @Test func `without a write there is no gap to tell`() {
        #expect(record([[]], stopped: 10).writeGap(in: window(0, 10)) == .zero)
    }

    @Test func `errors of all writers are added up`() {
        var logs = [WriteLog(writer: 0), WriteLog(writer: 1)]
        logs[0].errors = ["READONLY": 2]
        logs[1].errors = ["READONLY": 1, "connection-lost": 4]
        #expect(WriteRecord(logs: logs, stopped: start).errors == ["READONLY": 3, "connection-lost": 4])
    }

    @Test func `one lost write fails the rehearsal`() {
        var lost = LostWrites()
        let record = record([[0, 10]], stopped: 20)
        #expect(RehearsalVerdict(record: record, lost: lost, window: window(0, 20), steps: []).succeeded)
        lost.count = 1
        #expect(!RehearsalVerdict(record: record, lost: lost, window: window(0, 20), steps: []).succeeded)
    }

    private func record(_ writers: [[Int]], stopped: Int) -> WriteRecord {
        let logs = writers.enumerated().map { number, times in
            var log = WriteLog(writer: number)
            log.acknowledged = times.map(instant)
            return log
        }
        return WriteRecord(logs: logs, stopped: instant(stopped))
    }

    private func window(_ from: Int, _ to: Int) -> Range<ContinuousClock.Instant> { instant(from)..<instant(to) }

    private func instant(_ milliseconds: Int) -> ContinuousClock.Instant {
        start.advanced(by: .milliseconds(milliseconds))
    }
}
